import { element as e } from "../element.ts";
import { renderPage } from "../layout.ts";

/** The page for whoever shows no valid token; `message` says what was wrong with the one given. */
export function signInPage(message: string | undefined): string {
  return renderPage(
    "./",
    "Sign in",
    message === undefined ? null : e("p", { class: "error", role: "alert" }, message),
    e(
      "form",
      { method: "post", action: "sign-in" },
      e("label", { for: "token" }, "Token"),
      e("input", { id: "token", name: "token", type: "password", autocomplete: "off", required: true, size: 48 }),
      " ",
      e("button", { type: "submit" }, "Sign in"),
    ),
    e("p", { class: "quiet" }, "A server on this machine prints one with: npx almanac token show"),
  );
}
