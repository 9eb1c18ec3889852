/** The sum of each field; one that is absent counts as 0. */
export function addNumbers<Numbers extends Partial<Record<string, number>>>(a: Numbers, b: Numbers): Numbers {
  const sum: Partial<Record<string, number>> = { ...a };
  for (const [name, value] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + (value ?? 0);
  return sum as Numbers; // it has the fields of both, which are of one type
}

/** A part of a whole; null where there is no whole. */
export function shareOf(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}
