import type { Page } from "playwright-core";

/** Elements that make the page wider than its window. */
export function overflow(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.querySelectorAll("body *")]
      .filter((one) => one.getBoundingClientRect().right > clientWidth + 1 && one.closest(".table, pre, .log") === null)
      .map((one) => one.outerHTML.slice(0, 120));
  })()`);
}
