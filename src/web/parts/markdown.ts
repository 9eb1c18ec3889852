import { h, type ComponentChildren, type VNode } from "preact";
import { lexer, type Token, type Tokens } from "marked";
import { element as e } from "../element.ts";
import { table } from "./table.ts";

/** Where a link of the text leads on the pages; undefined: nowhere that they have, and only its words are shown. */
export type LinkOf = (href: string) => string | undefined;

/** A text of the documentation: its title, and what stands below it. */
export type Document = { title: string; parts: VNode[] };

/** The first heading of a Markdown text, as it is written. */
export function titleOf(text: string): string {
  return /^# +(.+)$/m.exec(text)?.[1] ?? "";
}

/**
 * A Markdown text as elements: what a page is made of, so that nothing in it is taken for HTML, and its tables and blocks of code are
 * those of all pages. Comments and pictures are left out.
 * @param text begins with its title, in plain words
 */
export function readMarkdown(text: string, linkOf: LinkOf): Document {
  const tokens = lexer(text);
  const first = tokens.findIndex(({ type }) => type === "heading");
  return { title: titleOf(text), parts: new Writer(linkOf).blocks(tokens.slice(first + 1)) };
}

/** The anchor that a heading gets, as forges make it. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}

class Writer {
  readonly #linkOf: LinkOf;
  readonly #anchors = new Names("-");
  readonly #captions = new Names(" ");
  /** What tables below it are called. */
  #heading = "";

  constructor(linkOf: LinkOf) {
    this.#linkOf = linkOf;
  }

  blocks(tokens: readonly Token[]): VNode[] {
    return tokens.flatMap((token) => this.#block(token as BlockToken) ?? []); // the lexer's own are given no narrower type
  }

  #block(token: BlockToken): VNode | undefined {
    switch (token.type) {
      case "heading":
        return this.#headingOf(token);
      case "paragraph":
        return e("p", {}, ...this.#inline(token.tokens));
      case "text":
        return e("span", {}, ...this.#inline(token.tokens ?? [token]));
      case "code":
        // as it stands, with the ends of its lines
        return e("pre", { tabIndex: 0 }, h("code", {}, token.text));
      case "blockquote":
        return e("blockquote", {}, ...this.blocks(token.tokens));
      case "list":
        return e(
          token.ordered ? "ol" : "ul",
          {},
          ...token.items.map(({ tokens }) => e("li", {}, ...this.blocks(tokens))),
        );
      case "table":
        return this.#tableOf(token);
      default:
        return undefined; // a comment, a rule, or room between others
    }
  }

  #headingOf({ depth, tokens }: Tokens.Heading): VNode {
    this.#heading = plainText(tokens);
    return e(`h${depth}`, { id: this.#anchors.give(anchorOf(this.#heading)) }, ...this.#inline(tokens));
  }

  #tableOf({ header, rows }: Tokens.Table): VNode {
    const content = ({ tokens }: Tokens.TableCell) => e("span", {}, ...this.#inline(tokens));
    // without heads, each row is a word and what is said of it
    if (header.every(({ text }) => text === ""))
      return e("dl", {}, ...rows.flatMap((row) => row.map((cell, at) => e(at === 0 ? "dt" : "dd", {}, content(cell)))));
    return table(
      this.#captions.give(this.#heading),
      header.map(({ tokens }) => ({ name: plainText(tokens), look: "wide" })),
      rows.map((row) => row.map(content)),
    );
  }

  #inline(tokens: readonly Token[]): ComponentChildren[] {
    return tokens.map((token) => this.#word(token as InlineToken)); // as above
  }

  #word(token: InlineToken): ComponentChildren {
    switch (token.type) {
      case "codespan":
        return e("code", {}, token.text);
      case "strong":
      case "em":
        return e(token.type, {}, ...this.#inline(token.tokens));
      case "link":
        return this.#link(token);
      case "text":
      case "escape":
        return inOneLine(token.text);
      default:
        return null;
    }
  }

  #link({ href, tokens }: Tokens.Link): VNode {
    const words = this.#inline(tokens);
    const to = this.#linkOf(href);
    return to === undefined ? e("span", {}, ...words) : e("a", { href: to, rel: "noopener" }, ...words);
  }
}

/** Names that are given once each: the second `usage` of a text is `usage-1`, as forges have it. */
class Names {
  readonly #given = new Map<string, number>();
  readonly #separator: string;

  constructor(separator: string) {
    this.#separator = separator;
  }

  give(name: string): string {
    const before = this.#given.get(name) ?? 0;
    this.#given.set(name, before + 1);
    return before === 0 ? name : `${name}${this.#separator}${before}`;
  }
}

type BlockToken =
  | Tokens.Heading
  | Tokens.Paragraph
  | Tokens.Text
  | Tokens.Code
  | Tokens.Blockquote
  | Tokens.List
  | Tokens.Table
  | Tokens.HTML
  | Tokens.Space
  | Tokens.Hr;

type InlineToken =
  Tokens.Codespan | Tokens.Strong | Tokens.Em | Tokens.Link | Tokens.Text | Tokens.Escape | Tokens.Image | Tokens.HTML;

/** The words alone. */
function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => ("tokens" in token && token.tokens !== undefined ? plainText(token.tokens) : wordsOf(token)))
    .join("");
}

function wordsOf(token: Token): string {
  return "text" in token && typeof token.text === "string" ? inOneLine(token.text) : "";
}

/** The text's own lines are as long as its writer's window was wide. */
function inOneLine(text: string): string {
  return text.replaceAll("\n", " ");
}
