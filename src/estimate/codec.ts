/**
 * Numbers as text: three characters each, so that the rows of a state can be cut and joined without being read, and
 * a state of a hundred runs stays below 4 KiB. Plain letters: nothing that JSON would escape.
 */

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const DIGIT_OF = new Uint8Array(128);
for (let index = 0; index < DIGITS.length; index += 1) DIGIT_OF[DIGITS.charCodeAt(index)] = index;

/** Characters of one number. */
export const WIDTH = 3;

/** How many different numbers one place can hold. */
export const CODES = 64 ** WIDTH;

/** The place of a number that is not there. */
export const ABSENT = "AAA";

/** Logarithms from −12 to 38 (6 microseconds, or 3 × 10¹⁶ bytes) in steps of 0.0002: a figure keeps four digits. */
const LOWEST_LOG = -12;
const CODES_PER_UNIT = (CODES - 2) / 50;

/** How far the logarithms of two figures lie apart that can just be told apart. */
export const LOG_STEP = 1 / CODES_PER_UNIT;

/** Three characters for a whole number from 0 to `CODES` − 1. */
export function encode(code: number): string {
  return DIGITS[(code >> 12) & 63]! + DIGITS[(code >> 6) & 63]! + DIGITS[code & 63]!;
}

/** The whole number in three characters. */
export function decode(number: string): number {
  return (
    (DIGIT_OF[number.charCodeAt(0)]! << 12) | (DIGIT_OF[number.charCodeAt(1)]! << 6) | DIGIT_OF[number.charCodeAt(2)]!
  );
}

/** The whole numbers at every `step` characters of a text from `first` on. */
export function decodeEach(text: string, first: number, step: number, into: number[]): void {
  for (let at = first, to = 0; at < text.length; at += step, to += 1) {
    into[to] =
      (DIGIT_OF[text.charCodeAt(at)]! << 12) |
      (DIGIT_OF[text.charCodeAt(at + 1)]! << 6) |
      DIGIT_OF[text.charCodeAt(at + 2)]!;
  }
}

/** The code of a logarithm, 0 for none. */
export function encodeLog(log: number | undefined): string {
  if (log === undefined) return ABSENT;
  const code = 1 + Math.round((log - LOWEST_LOG) * CODES_PER_UNIT);
  return encode(Math.min(CODES - 1, Math.max(1, code)));
}

/** The logarithm of a code above 0. */
export function logOf(code: number): number {
  return (code - 1) / CODES_PER_UNIT + LOWEST_LOG;
}

/** A hash of a text as a code above 0: names a task, a machine or a run within one state (FNV-1a, folded to 18 bits). */
export function hashOf(text: string): number {
  return foldedHash(text, 0x811c9dc5);
}

/** Another code for the same text: of runs there are so many that one hash is not enough. */
export function secondHashOf(text: string): number {
  return foldedHash(text, 0x050c5d1f); // any other start makes another hash
}

function foldedHash(text: string, start: number): number {
  let hash = start;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return 1 + ((((hash >>> 0) ^ (hash >>> 18)) >>> 0) % (CODES - 1));
}
