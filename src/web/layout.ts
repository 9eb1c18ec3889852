import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import { element as e } from "./element.ts";

/** A whole page as text: landmarks, one heading, the stylesheet, no script. */
export function renderPage(title: string, ...content: ComponentChildren[]): string {
  const page = e(
    "html",
    { lang: "en" },
    e(
      "head",
      {},
      e("meta", { charset: "utf-8" }),
      e("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      e("title", {}, `${title} · Almanac`),
      e("link", { rel: "stylesheet", href: "style.css" }),
    ),
    e(
      "body",
      {},
      e("header", {}, e("a", { href: "./", class: "home" }, "Almanac")),
      e("main", {}, e("h1", {}, title), ...content),
    ),
  );
  return `<!doctype html>${renderToString(page)}`;
}
