import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright-core";

/** What axe-core finds, in a line each. Injected as the browser's tester would: the page's own policy allows no script. */
export async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  const options = JSON.stringify(rules === undefined ? {} : { runOnly: { type: "rule", values: rules } });
  if ((await page.evaluate("typeof axe")) === "undefined") await page.evaluate(`(() => { ${axe.source} })()`);
  const found = await page.evaluate<AxeResults>(`axe.run(document, ${options})`);
  return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`));
}

/** What a theme or a window can change; everything else is the same in all of them. */
export const OF_COLOURS = ["color-contrast", "link-in-text-block"];
/** What a narrow window can change. */
export const OF_SIZES = [...OF_COLOURS, "target-size", "scrollable-region-focusable"];
