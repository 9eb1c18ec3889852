import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";

/** One row of the table: a room (a folder or file under `src/`), and what it may import. */
export type Rule = { room: string; allowed: string[] };

/** One import: from a file under `src/` to a file under `src/` (`src:…`) or to a package. */
export type Import = { from: string; to: string };

/** The rules in a Markdown table whose rows are: room, what it is, allowed imports. */
export function parseRules(markdown: string): Rule[] {
  const rows = markdown.matchAll(/^\| `([\w./-]+)` *\|[^|]*\|([^|]*)\|$/gm);
  return [...rows].map(([, room, list]) => ({
    room: room!, // the expression has both groups
    allowed: [...list!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!),
  }));
}

/** All imports of all source files under a folder. */
export function readImports(root: string): Import[] {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file));
  return files.flatMap((file) => importsOf(file, readFileSync(join(root, file), "utf8")));
}

/** The imports in the text of one file: static, dynamic, and files started as threads. */
export function importsOf(file: string, text: string): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const named = code.matchAll(/(?<!["'\w.])(?:from|import)\s*\(?\s*["']([^"'\s]+)["']/g); // no name has a space
  const started = code.matchAll(/new URL\(\s*["'](\.[^"'\n]+\.ts)["']/g);
  return [...named, ...started].map(([, target]) => ({ from: file, to: resolveTarget(file, target!) }));
}

function resolveTarget(file: string, target: string): string {
  if (target.startsWith(".")) return `src:${posix.join(dirname(file), target)}`;
  if (target.startsWith("node:")) return target;
  return target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The imports that no rule allows, in words. */
export function violations(rules: readonly Rule[], imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, to }) => {
    const rule = ruleFor(rules, from);
    if (rule === undefined) return [`${from} stands in no room of the table`];
    const isAllowed = to.startsWith("src:")
      ? [rule.room, ...rule.allowed].some((room) => isInside(to.slice("src:".length), room))
      : rule.allowed.some((name) => name === to || (name === "node:*" && to.startsWith("node:")));
    return isAllowed ? [] : [`${from} imports ${to}: ${rule.room} may not`];
  });
}

function ruleFor(rules: readonly Rule[], file: string): Rule | undefined {
  return rules.filter((rule) => isInside(file, rule.room)).sort((a, b) => b.room.length - a.room.length)[0];
}

function isInside(file: string, room: string): boolean {
  // the package's own manifest is everybody's
  return file === room || file.startsWith(`${room}/`) || file === "../package.json";
}
