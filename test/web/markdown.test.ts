import { renderToString } from "preact-render-to-string";
import { describe, expect, it } from "vitest";
import { element as e } from "../../src/web/element.ts";
import { readMarkdown, type LinkOf } from "../../src/web/parts/markdown.ts";
import { pagesIn, readPage } from "../docs/fenced-blocks.ts";

const nowhere: LinkOf = () => undefined;

/** A text below its title, as a page has it. */
function shown(text: string, linkOf = nowhere): string {
  return renderToString(e("article", {}, ...readMarkdown(`# Title\n\n${text}`, linkOf).parts))
    .replaceAll(/<\/?span>/g, "")
    .replace(/^<article>(.*)<\/article>$/s, "$1");
}

describe("a text of the documentation", () => {
  it("has its title apart from what stands below", () => {
    const { title, parts } = readMarkdown("# Workers\n\nA *machine* that\nruns `work`.\n", nowhere);
    expect(title).toBe("Workers");
    expect(parts.map((part) => renderToString(part).replaceAll(/<\/?span>/g, ""))).toEqual([
      "<p>A <em>machine</em> that runs <code>work</code>.</p>",
    ]);
  });

  it("keeps HTML as text, leaves out comments and pictures, and ends the lines of code where they end", () => {
    expect(shown("A <img src=x onerror=alert(1)> `<b>` **&**")).toBe(
      "<p>A  <code>&lt;b></code> <strong>&amp;</strong></p>",
    );
    expect(shown("<!-- begin -->\n\n![A picture](a.png)\n")).toBe("<p></p>");
    expect(shown("```console\n$ a <b\n  c\n```")).toBe('<pre tabindex="0"><code>$ a &lt;b\n  c</code></pre>');
  });

  it("leads where its links lead on the pages, and nowhere else", () => {
    const linkOf: LinkOf = (href) => (href === "a.md#b" ? "a#b" : undefined);
    expect(shown("[one](a.md#b), [two](javascript:alert)", linkOf)).toBe(
      '<p><a href="a#b" rel="noopener">one</a>, two</p>',
    );
  });

  it("gives each heading an anchor and each table a name of its own", () => {
    const text = "## Use it!\n\n| a | b |\n|---|---|\n| 1 | `2\\|3` |\n\n| c |\n|---|\n| 4 |\n\n## Use it!\n";
    const html = shown(text);
    expect(html).toContain('<h2 id="use-it">Use it!</h2>');
    expect(html).toContain('<h2 id="use-it-1">Use it!</h2>');
    expect([...html.matchAll(/aria-label="([^"]+)"/g)].map(([, name]) => name)).toEqual(["Use it!", "Use it! 1"]);
    expect(html).toContain("<code>2|3</code>");
  });

  it("has a table without heads as words, and what is said of each", () => {
    expect(shown("|  |  |\n|---|---|\n| status | 422 |\n")).toBe("<dl><dt>status</dt><dd>422</dd></dl>");
  });

  it.each(pagesIn("docs"))("%s is read whole", (page) => {
    const markdown = readPage(page);
    const { title, parts } = readMarkdown(markdown, nowhere);
    const html = renderToString(e("article", {}, ...parts));
    const count = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;
    const prose = markdown.replaceAll(/^( *)```[^]*?^\1```$/gm, "");
    expect(markdown).toContain(`# ${title}\n`);
    expect({
      headings: count(html, /<h[2-6]/g),
      blocks: count(html, /<pre/g),
      rows: count(html, /<tr>|<dt>/g),
      items: count(html, /<li>/g),
    }).toEqual({
      headings: count(prose, /^#{2,6} /gm),
      blocks: count(markdown, /^ *```.*$/gm) / 2,
      rows: count(prose, /^ *\|(?! *-|[ |]*$)/gm),
      items: count(prose, /^ *([-*]|\d+\.) /gm),
    });
  });
});
