import { zeros } from "./numbers.ts";
import type { Distribution } from "./ladder.ts";

/** At most this many values are sorted at once. */
const MOST = 1024;

/** Steps of the values that are told apart. */
const STEPS = 2 ** 20;

// Working memory of the one sort at a time.
const keys = new Float64Array(MOST);

/**
 * The values with their weights, ascending. Each value is packed with its place into one number, so that the
 * engine's sort of plain numbers does it: ten times faster than a sort by a function. Values within ±1000.
 */
export function sorted(values: number[], weights: number[], size: number): Distribution {
  sortKeys(values, size);
  const result = { size, values: zeros(size), weights: zeros(size) };
  for (let i = 0; i < size; i += 1) {
    const place = placeOf(keys[i]!);
    result.values[i] = values[place]!;
    result.weights[i] = weights[place]!;
  }
  return result;
}

/** Leaves the packed values in `keys`, ascending. */
function sortKeys(values: number[], size: number): void {
  for (let i = 0; i < size; i += 1) keys[i] = Math.round(values[i]! * STEPS) * MOST + i;
  keys.subarray(0, size).sort();
}

/** The remainder, never negative. */
function placeOf(key: number): number {
  return key - Math.floor(key / MOST) * MOST;
}

/** The same values with two weights each. */
export function sortedTwice(
  values: number[],
  first: number[],
  second: number[],
  size: number,
): [Distribution, Distribution] {
  const ascending = zeros(size);
  const firsts = zeros(size);
  const seconds = zeros(size);
  sortKeys(values, size);
  for (let i = 0; i < size; i += 1) {
    const place = placeOf(keys[i]!);
    ascending[i] = values[place]!;
    firsts[i] = first[place]!;
    seconds[i] = second[place]!;
  }
  return [
    { size, values: ascending, weights: firsts },
    { size, values: ascending, weights: seconds },
  ];
}
