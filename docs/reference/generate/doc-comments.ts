import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const SOURCE = join(import.meta.dirname, "../../../src");

/**
 * What the source says of its types, constants and their fields: `Run` → its doc comment, `Run.attempt` → that of the
 * field. Read by the form that every file here has: declarations at the margin, fields two spaces in.
 */
export function docComments(): ReadonlyMap<string, string> {
  const comments = new Map<string, string>();
  for (const file of globSync(["domain/*.ts", "contract/*.ts", "task/*.ts"], { cwd: SOURCE })) {
    readComments(readFileSync(join(SOURCE, file), "utf8"), comments);
  }
  return comments;
}

function readComments(text: string, comments: Map<string, string>): void {
  let declaration = "";
  for (const match of text.matchAll(/(?:^( *)\/\*\*((?:(?!\*\/)[^])*)\*\/\n)?^( *)(.+)$/gm)) {
    const [, , comment, indent = "", line = ""] = match;
    const declared = /^(?:export )?(?:type|const) (\w+)/.exec(line)?.[1];
    if (indent === "" && declared !== undefined) declaration = declared;
    const field = /^(\w+)\??:/.exec(line)?.[1];
    const name = indent === "" ? declared : field === undefined ? undefined : `${declaration}.${field}`;
    if (name !== undefined && comment !== undefined && !comments.has(name)) comments.set(name, plainText(comment));
  }
}

/** The comment without its stars; a list keeps its lines. */
function plainText(comment: string): string {
  return comment
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .replaceAll(/\n(?!-)/g, " ")
    .trim();
}
