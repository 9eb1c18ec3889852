/*
 * A page shows what a command printed once. What is measured differs from run to run, so figures are compared
 * by their form: a number of bytes is as good as another. What is not measured (ids, counts of runs, words)
 * must be the same. `…` stands for anything within a line, and for any lines where it is alone on one.
 */

const FORMS: readonly (readonly [RegExp, string])[] = [
  [/https?:\/\/127\.0\.0\.1:\d+/g, "<server>"],
  [/almanac_[\w-]{10,}/g, "<token>"],
  [/\b[0-9a-f]{64}\b/g, "<sha256>"],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?/g, "<time>"],
  [/\b\d{4}-\d\d-\d\d\b/g, "<time>"],
  [/(?<![\w.])(\d+(\.\d+)?(ms|[smhd])(?![a-zA-Z]))(\d+(ms|[smhd]))*/g, "<duration>"],
  [/(?<![\w.])\d+[dhm]\d\d[hms]/g, "<duration>"],
  [/(?<![\w.])\d+(\.\d+)?[BKMGTP]\b/g, "<bytes>"],
  [/(?<![\w.])\d+(\.\d+)? ?%/g, "<share>"],
  [/(?<![\w.])\d+(\.\d+)?×/g, "<times>"],
  // A figure that is whole by chance is shown without its decimals.
  [/(?<![\w.])\d+(\.\d+)? of \d+ cores?/g, "<cores>"],
  [/(?<![\w.])\d+\.\d+(?![\w.])/g, "<decimal>"],
  [/[▁▂▃▄▅▆▇█]+/g, "<bars>"],
  [/(<duration> ago|\bnow\b)/g, "<ago>"],
];

/** The text with every measured figure replaced by the name of its form, and runs of spaces by one. */
function formOf(text: string): string {
  let form = text;
  for (const [pattern, name] of FORMS) form = form.replaceAll(pattern, name);
  return form.replaceAll(/[ \t]+/g, " ").trim();
}

/** What a terminal shows in the end of what was written to it: without colours and links, and lines written over as last. */
export function shownText(written: string): string {
  const plain = written
    // oxlint-disable-next-line no-control-regex -- the control characters of terminals are what is removed
    .replaceAll(/\u001b\]8;[^\u0007\u001b]*(\u0007|\u001b\\)/g, "")
    // oxlint-disable-next-line no-control-regex -- as above
    .replaceAll(/\u001b\[[\d;?]*[A-Za-ln-z]/g, (code) => (code.endsWith("K") ? "\r" : ""))
    // oxlint-disable-next-line no-control-regex -- as above
    .replaceAll(/\u001b\[[\d;]*m/g, "");
  return plain
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line) => line.split("\r").findLast((part) => part.trim() !== "") ?? "")
    .join("\n");
}

/** Whether a command printed what the page shows; nothing shown allows anything. */
export function isAsShown(expected: readonly string[], actual: string): boolean {
  if (expected.length === 0) return true;
  const lines = expected.map((line) => {
    if (line.trim() === "…") return "(?:.*\\n)*?";
    const parts = line.split("…").map((part) => escaped(formOf(` ${part} `)));
    return `${parts.join(".*?")}\\n`;
  });
  const form = actual.trimEnd().split("\n").map(formOf).join("\n");
  return new RegExp(`^${lines.join("")}$`).test(`${form}\n`);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
