import { renderToString } from "preact-render-to-string";
import { describe, expect, it } from "vitest";
import { element } from "../../src/web/element.ts";
import { lineText } from "../../src/web/parts/log-lines.ts";

/** How a line looks, as HTML; `~` stands for ESC. */
function shown(text: string): string {
  const line = { number: 1, at_ms: 0, stream: "stdout", text: text.replaceAll("~", "\u001b"), left_out: 0 } as const;
  return renderToString(element("p", {}, lineText(line)))
    .replace(/^<p><span>/, "")
    .replace(/<\/span><\/p>$/, "");
}

describe("a line of a log", () => {
  it("has the colours and the weight that it set, until it takes them back", () => {
    expect(shown("~[31mred~[39m plain ~[1;92mbold green~[22m green~[0m end")).toBe(
      '<b class="red plain">red</b> plain <b class="green">bold green</b><b class="green plain"> green</b> end',
    );
    expect(shown("~[01;35mwarning:~[m ~[K~[0Kas compilers write it~(B")).toBe(
      '<b class="magenta">warning:</b> as compilers write it',
    );
    expect(shown("~[31mnever closed")).toBe('<b class="red plain">never closed</b>');
  });

  it("has the nearest colour to one of 256, or of all", () => {
    expect(shown("~[38;5;9ma~[38;5;196mb~[38:5:12mc~[38;5;244md~[0m")).toBe(
      '<b class="red plain">a</b><b class="red plain">b</b><b class="blue plain">c</b>d',
    );
    expect(shown("~[38;2;10;200;30ma~[38:2::250:240:10mb~[38;2;40;40;40mc~[38;2;9md")).toBe(
      '<b class="green plain">a</b><b class="yellow plain">b</b>cd',
    );
  });

  it("is not misled by the numbers of a colour that is not shown", () => {
    expect(shown("~[48;2;1;31;91mbehind~[48;5;1m and~[58;5;31m under~[0m")).toBe("behind and under");
  });

  it("has every other control character made visible, and markup as text", () => {
    expect(shown("~[2Ja~[10Ab~]8;;https://x.example/~\\c~]0;title\u0007d~]0;open \u0000\u202e\u009b31m")).toBe(
      "\\x1b[2Ja\\x1b[10Ab\\x1b]8;;https://x.example/\\x1b\\c\\x1b]0;title\\x07d\\x1b]0;open \\x00\\u202e\\x9b31m",
    );
    expect(shown("</pre><script>alert(1)</script>")).toBe("&lt;/pre>&lt;script>alert(1)&lt;/script>");
  });

  it("is cut between characters and sequences, and says so in no colour of its own", () => {
    expect(shown(`x${"😀".repeat(300)}`)).toBe(`x${"😀".repeat(249)} … (601 characters)`);
    expect(shown(`${"x".repeat(497)}~[31mred`)).toBe(`${"x".repeat(497)} … (505 characters)`);
    expect(shown(`~[31m${"x".repeat(600)}`)).toBe(`<b class="red plain">${"x".repeat(495)}</b> … (605 characters)`);
  });
});
