import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";

/** The page for whoever shows no valid token: what was wrong with the one given, and where to go on afterwards. */
export function signInPage(frame: Frame, { message, next }: { message?: string | undefined; next: string }): string {
  return renderPage(
    frame,
    { title: "Sign in" },
    message === undefined ? null : e("p", { class: "failure", role: "alert" }, message),
    e(
      "form",
      { method: "post", action: `${frame.root}sign-in` },
      e("input", { type: "hidden", name: "next", value: next }),
      e(
        "p",
        {},
        e("label", { for: "token" }, "Token"),
        e("input", { id: "token", name: "token", type: "password", autocomplete: "off", required: true, size: 40 }),
      ),
      e("p", {}, e("button", { type: "submit" }, "Sign in")),
    ),
    e(
      "p",
      { class: "quiet" },
      "On the machine of the server, this makes one that may submit: npx almanac token new --scope submit browser",
    ),
  );
}
