import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { readTokens, type Token } from "./tokens.ts";

/*
 * What the source declares, as far as the reference needs it: types, schemas and functions that make schemas, with the fields
 * of their object literals and the doc comments of these. It reads the form that every file here has, and no more of
 * TypeScript: what is around an object literal (`z.array(…)`, `Partial<…>`, `… | null`) is looked through.
 */

/** A name that stands in an expression, with what is asked of it: `verdictRoutes.listFindings`, `Run["estimate"]`. */
type Reference = { file: string; names: readonly string[] };

/** The fields of one object literal. */
type Fields = ReadonlyMap<string, Expression>;

/** An expression or a type, with what it is made of. */
export type Expression = {
  comment?: string | undefined;
  literals: Fields[];
  references: Reference[];
  /** Its one word, of a type or value that is a text: `"exited"`. */
  word?: string | undefined;
  /** True: any name is a field of it (`Record<…>`, `z.record(…)`, `[name: string]: …`). */
  isRecord: boolean;
};

/** A declaration; `parameters`: what stands for something else in it (of a generic type, or a function). */
export type Declaration = Expression & { parameters: ReadonlySet<string> };

/** One file: its declarations by name, and where the names come from that it imports. */
export type SourceFile = { declarations: Map<string, Declaration>; imports: Map<string, string> };

/** Every file of these folders below `root`, by its path from there. */
export function readSource(root: string, folders: readonly string[]): ReadonlyMap<string, SourceFile> {
  const paths = globSync(
    folders.map((folder) => `${folder}/*.ts`),
    { cwd: root },
  ).sort();
  return new Map(paths.map((path) => [path, readFile(path, readFileSync(join(root, path), "utf8"))]));
}

/** The declarations of one file's text. */
export function readFile(path: string, text: string): SourceFile {
  const file: SourceFile = { declarations: new Map(), imports: readImports(path, text) };
  const tokens = readTokens(text);
  let comment: string | undefined;
  for (let index = 0; index < tokens.length; index += 1) {
    const { kind, text: word } = tokens[index]!; // below the length
    if (kind === "comment") comment = word;
    else if (word === "type" || word === "const" || word === "function") {
      const end = endOf(tokens, index, word);
      const name = tokens[index + 1]?.text ?? "";
      const inner = tokens.slice(index + 2, end);
      file.declarations.set(name, { ...declarationOf(path, word, inner), comment });
      comment = undefined;
      index = end;
    } else if (word !== "export" && word !== "async") comment = undefined;
    if (word === "{" && kind === "sign") index = closing(tokens, index);
  }
  return file;
}

function readImports(path: string, text: string): Map<string, string> {
  const imports = new Map<string, string>();
  for (const [, names = "", from = ""] of text.matchAll(/^ *import (?:type )?\{([^}]*)\} from "(\.[^"]+)";$/gm)) {
    const file = normalize(join(dirname(path), from));
    for (const name of names.split(",")) imports.set(name.replace(/^\s*(?:type )?/, "").trim(), file);
  }
  return imports;
}

/** Where a declaration ends: at its semicolon, or at the brace that closes a function. */
function endOf(tokens: readonly Token[], start: number, word: "type" | "const" | "function"): number {
  let index = start + 1;
  // ends: with the declaration, or the file
  while (index < tokens.length) {
    const { kind, text } = tokens[index]!; // below the length
    if (kind === "sign" && "([{".includes(text)) {
      index = closing(tokens, index);
      if (word === "function" && text === "{") return index;
    } else if (kind === "sign" && text === ";") return index;
    index += 1;
  }
  return index;
}

/** The index of the bracket that closes the one there. */
function closing(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let index = start; index < tokens.length; index += 1) {
    const { kind, text } = tokens[index]!; // below the length
    if (kind !== "sign") continue;
    if ("([{".includes(text)) depth += 1;
    if (")]}".includes(text)) depth -= 1;
    if (depth === 0) return index;
  }
  return tokens.length;
}

/** What follows the name. A function is what it gives back. */
function declarationOf(path: string, word: string, tokens: readonly Token[]): Declaration {
  const start = word === "function" ? tokens.findIndex(({ text }) => text === "return") : indexOfEquals(tokens);
  const head = tokens.slice(0, Math.max(start, 0));
  const value = tokens.slice(start + 1);
  // what a constant is said to be tells as much as what it is: `const workerSchema: z.ZodType<Worker> = …`
  if (word === "const") return { ...expressionOf(path, [...value, ...head]), parameters: new Set() };
  const parameters = new Set(head.filter(({ kind }) => kind === "name").map(({ text }) => text));
  return { ...expressionOf(path, value), parameters };
}

function indexOfEquals(tokens: readonly Token[]): number {
  return tokens.findIndex(({ kind, text }) => kind === "sign" && text === "=");
}

/** Reads an expression, or a type: its object literals, and the names in it. */
function expressionOf(file: string, tokens: readonly Token[], comment?: string): Expression {
  const found: Expression = { comment, literals: [], references: [], isRecord: false };
  const [first] = tokens;
  if (tokens.length === 1 && first?.kind === "text") found.word = first.text;
  for (let index = 0; index < tokens.length; index += 1) {
    const { kind, text } = tokens[index]!; // below the length
    if (kind === "sign" && text === "{") {
      const end = closing(tokens, index);
      readLiteral(file, tokens.slice(index + 1, end), found);
      index = end;
    } else if (kind === "name") {
      const [names, end] = chainAt(tokens, index);
      found.references.push({ file, names });
      if (names[0] === "Record" || names[1] === "record") found.isRecord = true;
      index = end;
    }
  }
  return found;
}

/** `a.b["c"]`, and where it ends. */
function chainAt(tokens: readonly Token[], start: number): [names: string[], end: number] {
  const names = [tokens[start]!.text]; // there is a name
  let index = start;
  // ends: with the first that is no step
  for (;;) {
    const [sign, name, end] = [tokens[index + 1]?.text, tokens[index + 2], tokens[index + 3]?.text];
    if ((sign === "." || sign === "?.") && name?.kind === "name") index += 2;
    else if (sign === "[" && name?.kind === "text" && end === "]") index += 3;
    else return [names, index];
    names.push(name.text);
  }
}

/** The fields of an object literal, or of an object type, and what is spread into it. */
function readLiteral(file: string, tokens: readonly Token[], into: Expression): void {
  const fields = new Map<string, Expression>();
  for (const member of membersOf(tokens)) {
    const start = member.findIndex(({ kind, text }) => kind !== "comment" && text !== "readonly");
    const comment = member.slice(0, Math.max(start, 0)).findLast(({ kind }) => kind === "comment")?.text;
    const [first, ...rest] = start < 0 ? [] : member.slice(start);
    if (first === undefined) continue;
    if (first.text === "..." || (first.kind === "sign" && first.text === "[")) {
      const spread = expressionOf(file, rest);
      into.literals.push(...spread.literals);
      into.references.push(...spread.references);
      if (first.text === "[") into.isRecord = true;
    } else if (rest.length === 0) {
      fields.set(first.text, { ...expressionOf(file, [first], comment), word: undefined });
    } else {
      const value = rest.slice(rest[0]?.text === "?" ? 2 : 1);
      fields.set(first.text, expressionOf(file, value, comment));
    }
  }
  into.literals.push(fields);
}

/** What stands between commas or semicolons. */
function membersOf(tokens: readonly Token[]): Token[][] {
  const members: Token[][] = [];
  let member: Token[] = [];
  let angles = 0;
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index]!; // below the length
    if (token.kind === "sign" && token.text === "<" && token.isTight) angles += 1;
    if (token.kind === "sign" && token.text === ">" && angles > 0) angles -= 1;
    if (token.kind === "sign" && "([{".includes(token.text)) {
      const end = closing(tokens, index);
      member.push(...tokens.slice(index, end + 1));
      index = end;
    } else if (token.kind === "sign" && (token.text === ";" || (token.text === "," && angles === 0))) {
      members.push(member);
      member = [];
    } else member.push(token);
  }
  return [...members, member];
}
