const GIB = 1024 ** 3;

/** Byte-hours as GiB-hours for people: `812`, `3.4`, `0.12`. */
export function gibHours(byteHours: number): string {
  return hours(byteHours / GIB);
}

/** Hours of something, as exactly as they are worth: `812`, `3.4`, `0.12`. */
export function hours(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Number(Math.max(0, value).toPrecision(2)));
}
