/** Statements that are kept prepared on each connection, at most; the store has fewer whose text stays the same. */
const MOST = 300;
/** Texts that are counted until they are known to come again. */
const MOST_COUNTED = 2_000;
const WORTH_IT = 3;

/** Not `begin` and the like, which there is nothing to plan in. */
const FIT = /^\s*(?:select (?!\*)|insert |update |delete )/;

const names = new Map<string, string>();
const counts = new Map<string, number>();

/**
 * The name under which PostgreSQL is to keep a statement prepared, so that it is parsed and planned once for each
 * connection; undefined for one that is rare, or that gives whatever columns a table has: its plan would be refused
 * when another server adds one.
 */
export function preparedName(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MOST || !FIT.test(text)) return known;
  const count = (counts.get(text) ?? 0) + 1;
  if (count < WORTH_IT) {
    if (counts.size >= MOST_COUNTED) counts.clear(); // lists of many lengths; what is frequent is soon back
    counts.set(text, count);
    return undefined;
  }
  counts.delete(text);
  const name = `almanac_${names.size + 1}`;
  names.set(text, name);
  return name;
}
