import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import { element as e } from "./element.ts";

/**
 * A whole page as text: landmarks, one heading, the stylesheet, no script. `root` is the way back to the
 * first page, relative, so that the pages work behind any path prefix: `./`, or `../` one level down.
 */
export function renderPage(root: "./" | "../", title: string, ...content: ComponentChildren[]): string {
  const page = e(
    "html",
    { lang: "en" },
    e(
      "head",
      {},
      e("meta", { charset: "utf-8" }),
      e("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      e("title", {}, `${title} · Almanac`),
      e("link", { rel: "stylesheet", href: `${root}style.css` }),
    ),
    e(
      "body",
      {},
      e("header", {}, e("a", { href: root, class: "home" }, "Almanac")),
      e("main", {}, e("h1", {}, title), ...content),
    ),
  );
  return `<!doctype html>${renderToString(page)}`;
}
