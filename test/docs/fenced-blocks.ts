import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** The repository's root. */
export const ROOT = join(import.meta.dirname, "../..");

/**
 * One fenced block of a page. Its info string is the language, then its class, then settings:
 * - ```` ```console ```` is typed and its output compared; with `exit=1` its last command ends so;
 * - ```` ```console starts ```` starts the page's server;
 * - ```` ```yaml file=NAME ```` (any language) is written to the page's directory;
 * - ```` ```text ```` is no command: a picture, a layout, a form;
 * - ```` ```console elsewhere ```` needs what a test does not have: another machine, a service manager.
 */
export type FencedBlock = {
  language: string;
  flags: string[];
  settings: Record<string, string>;
  text: string;
  /** Of the opening fence, from 1. */
  line: number;
};

/** A line of a console block that begins with `$ `, and what the page says it prints. */
export type Typed = { command: string; output: string[] };

/** Every Markdown page below a folder, relative to the root. */
export function pagesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort();
}

export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}

/** The fenced blocks of a page, in order. */
export function fencedBlocks(markdown: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  let open: { fence: string; info: string; line: number; text: string[] } | undefined;
  for (const [index, line] of markdown.split("\n").entries()) {
    const fence = /^(`{3,}|~{3,})(.*)$/.exec(line);
    if (open === undefined) {
      if (fence !== null) open = { fence: fence[1]!, info: fence[2]!, line: index + 1, text: [] }; // both groups match
    } else if (line.trim() === open.fence) {
      blocks.push({ ...parseInfo(open.info), text: `${open.text.join("\n")}\n`, line: open.line });
      open = undefined;
    } else {
      open.text.push(line);
    }
  }
  if (open !== undefined) throw new Error(`the block that begins at line ${open.line} is not closed`);
  return blocks;
}

/** The commands of a console block with what is said to follow each. A line that ends in `\` goes on. */
export function typedIn(block: FencedBlock): Typed[] {
  const typed: Typed[] = [];
  let isContinued = false;
  for (const line of block.text.trimEnd().split("\n")) {
    const last = typed.at(-1);
    if (isContinued && last !== undefined) last.command += `\n${line}`;
    else if (line.startsWith("$ ")) typed.push({ command: line.slice(2), output: [] });
    else if (last !== undefined) last.output.push(line);
    else throw new Error(`line ${block.line + 1}: a console block begins with a command`);
    isContinued = (isContinued || line.startsWith("$ ")) && line.endsWith("\\");
  }
  return typed;
}

function parseInfo(info: string): Pick<FencedBlock, "language" | "flags" | "settings"> {
  const [language = "", ...words] = info.trim().split(/\s+/);
  const settings = Object.fromEntries(
    words.filter((word) => word.includes("=")).map((word) => word.split("=", 2) as [string, string]), // two parts each
  );
  return { language, flags: words.filter((word) => !word.includes("=")), settings };
}
