/** A piece of source: a doc comment, a name (or keyword), a text, or a sign. */
export type Token = {
  kind: "comment" | "name" | "text" | "sign";
  /** Of a comment what it says, of a text what is between the quotes. */
  text: string;
  /** True: no space stands before it. `Record<` is a bracket, `a < b` is none. */
  isTight: boolean;
};

const SPACE = /\s+/y;
const DOC_COMMENT = /\/\*\*((?:(?!\*\/)[^])*)\*\//y;
const COMMENT = /\/\/.*|\/\*(?:(?!\*\/)[^])*\*\//y;
const TEXT = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\[^])*)`/y;
const EXPRESSION = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const NAME = /[\p{L}_$][\p{L}\p{N}_$]*|\d[\w.]*/uy;
const SIGN = /\.\.\.|\?\.|=>|[^]/y;

/** After one of these, a slash begins a regular expression. */
const BEFORE_EXPRESSION = /^(?:[(,=:[!&|?{};]|=>|return)$/;

/** Cuts source into its pieces; comments that are no doc comments are left out. */
export function readTokens(source: string): Token[] {
  const tokens: Token[] = [];
  let isTight = false;
  let at = 0;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  // ends: with the source, of which each turn takes something
  while (at < source.length) {
    if (take(SPACE) !== null) {
      isTight = false;
      continue;
    }
    const doc = take(DOC_COMMENT);
    const before = tokens.at(-1);
    if (doc !== null) tokens.push({ kind: "comment", text: plainText(doc[1] ?? ""), isTight });
    else if (take(COMMENT) === null) {
      const text = take(TEXT);
      const mayBeExpression = before === undefined || BEFORE_EXPRESSION.test(before.text);
      if (text !== null) tokens.push({ kind: "text", text: text[1] ?? text[2] ?? text[3] ?? "", isTight });
      else if (!mayBeExpression || take(EXPRESSION) === null) {
        const name = take(NAME);
        const kind = name === null ? "sign" : "name";
        tokens.push({ kind, text: (name ?? take(SIGN))?.[0] ?? "", isTight });
      }
    }
    isTight = true;
  }
  return tokens;
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
