/** The same record without the fields that are undefined: a figure that is absent has no field. */
export function withoutAbsent<T extends object>(record: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept: Partial<T> = {};
  for (const key in record) if (record[key] !== undefined) kept[key] = record[key];
  return kept as { [K in keyof T]?: Exclude<T[K], undefined> }; // only fields that are not undefined were copied
}
