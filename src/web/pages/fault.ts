import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";

/** What went wrong: what, and what to do. */
export function faultPage(frame: Frame, fault: { title: string; detail: string; action: string }): string {
  return renderPage(
    frame,
    { title: fault.title },
    e("p", { role: "alert" }, fault.detail),
    e("p", {}, fault.action),
    e("p", {}, e("a", { href: frame.root }, "To the overview")),
  );
}
