/** A place in a file, counted from 1. */
export type Place = { line: number; column: number };

/** The parts of a path as error entries write it: `work_requests[3].requirements.memory`. */
export function parsePath(path: string): (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(
    (match) => (match[1] === undefined ? match[2]! : Number(match[1])), // one of the two groups has matched
  );
}

/** The place of an offset in a text. */
export function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - before.lastIndexOf("\n") };
}
