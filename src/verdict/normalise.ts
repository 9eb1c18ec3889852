/** What differs between two runs of the same failure, most specific first: each rule sees what the ones before left. */
const FOLDS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/giu, "<uuid>"],
  // 2026-11-22T17:16:02.123Z, 2026-11-22 17:16:02,123 +0100, 22/Nov/2026:17:16:02
  [/\b\d{4}[-/]\d{2}[-/]\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?/gu, "<time>"],
  [/\b\d{1,2}\/[A-Z][a-z]{2}\/\d{4}(?::\d{2}:\d{2}:\d{2})?/gu, "<time>"],
  // Sun Nov 22 17:16:02 2026, Nov 22 17:16:02
  [
    /\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d{1,2} \d{2}:\d{2}:\d{2}(?: [A-Z]{3,4})?(?: \d{4})?/gu,
    "<time>",
  ],
  [/\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b/gu, "<time>"],
  // https://host:8080/a/b?c; the host is kept, for it says who did not answer
  [/\b[a-z][a-z0-9+.-]*:\/\/(?:[^\s/@"'<>]*@)?([^\s/:"'<>]+)(?::\d+)?(?:\/[^\s"'<>)]*)?/giu, "<url $1>"],
  // C:\a\b.c and /a/b.c and a/b.c: the directories differ from run to run, the file's name tells
  [/\b[A-Za-z]:\\(?:[^\s\\"'<>:]+\\)*([^\s\\"'<>:]*)/gu, "<path>$1"],
  [/(?:~|\.{1,2})?(?:\/[\w.@+~%=,-]+)*\/([\w.@+~%=,-]*)/gu, "<path>$1"],
  [/\b0x[0-9a-f]+\b/giu, "<hex>"],
  // at least 7 digits of which one is a letter and one is not: a hash, not a word
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,}\b/giu, "<hex>"],
  // names that programs make up: tmp.Xa81kQ, tmpab12_x, pid12345
  [/\b(tmp|temp)[._-]?[A-Za-z0-9_]{6,}\b/gu, "<tmp>"],
  [/\d+(?:[.,]\d+)*/gu, "<n>"],
];

/** The longest line that is compared. */
const LINE_CHARACTERS = 300;

/** A plain line without what differs between two runs that fail alike: times, paths, hexadecimal and other numbers. */
export function normaliseLine(line: string): string {
  let folded = line;
  for (const [pattern, replacement] of FOLDS) folded = folded.replaceAll(pattern, replacement);
  return folded.replaceAll(/\s+/gu, " ").trim().slice(0, LINE_CHARACTERS);
}
