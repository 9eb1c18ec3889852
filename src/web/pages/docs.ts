import type { VNode } from "preact";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import type { Document } from "../parts/markdown.ts";

/** Texts of one kind, in the order in which they are listed; `path`: from `docs/`. */
export type DocumentGroup = { title: string; documents: readonly { path: string; title: string }[] };

/** All texts of the documentation that come with the server. */
export function docsPage(frame: Frame, groups: readonly DocumentGroup[]): string {
  const list = ({ title, documents }: DocumentGroup): VNode[] => [
    e("h2", {}, title),
    e("ul", {}, ...documents.map((one) => e("li", {}, e("a", { href: `${frame.root}docs/${one.path}` }, one.title)))),
  ];
  return renderPage(
    frame,
    { title: "Guide" },
    e(
      "p",
      { class: "lead" },
      "How work is submitted, run, measured and looked at, as this version of the server does it.",
    ),
    ...groups.flatMap(list),
  );
}

/** One text of the documentation. */
export function docPage(frame: Frame, { title, parts }: Document): string {
  return renderPage(
    frame,
    { title },
    e("p", { class: "quiet" }, e("a", { href: `${frame.root}docs` }, "All of the guide")),
    e("article", {}, ...parts),
  );
}
