import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { anchorOf } from "../../src/web/parts/markdown.ts";
import { pagesIn, readPage, ROOT } from "./fenced-blocks.ts";

const PAGES = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "TUTORIAL.md",
  ...pagesIn("docs"),
  ...pagesIn("examples"),
];

describe("links", () => {
  it.each(PAGES)("of %s lead somewhere in the repository", (page) => {
    expect(linksIn(readPage(page)).filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });

  it("reach every page of the documentation", () => {
    const reached = new Set(["README.md"]);
    // ends: each page is looked at once
    for (const page of reached) {
      for (const link of linksIn(readPage(page))) {
        const target = targetOf(page, link);
        if (target.endsWith(".md") && existsSync(join(ROOT, target))) reached.add(target);
        if (existsSync(join(ROOT, target, "README.md"))) reached.add(join(target, "README.md"));
      }
    }
    expect(PAGES.filter((page) => page !== "CHANGELOG.md" && !reached.has(page))).toEqual([]);
  });
});

/** The targets of a page's links, but for those to other places of the network. */
function linksIn(markdown: string): string[] {
  const text = markdown.replaceAll(/^```[^]*?^```/gm, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!).filter((link) => !/^https?:/.test(link)); // the group has matched
}

function targetOf(page: string, link: string): string {
  const [path = ""] = link.split("#");
  return path === "" ? page : normalize(join(dirname(page), path));
}

function leadsSomewhere(page: string, link: string): boolean {
  const target = targetOf(page, link);
  const place = join(ROOT, target);
  if (!existsSync(place)) return false;
  const anchor = link.split("#")[1];
  if (anchor === undefined || statSync(place).isDirectory()) return true;
  const headings = [...readFileSync(place, "utf8").matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1]!)); // as above
  return headings.includes(anchor);
}
