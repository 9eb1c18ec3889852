/** Whether a value takes more characters than a limit as JSON. Parts that stand in it several times count each time; stops at the limit. */
export function expandsBeyond(value: unknown, limit: number): boolean {
  const rest: unknown[] = [value];
  let size = 0;
  // ends: each part adds to the size, and a value without circles has an end
  while (rest.length > 0 && size <= limit) {
    const part = rest.pop();
    size += 1;
    if (typeof part === "string") size += part.length;
    else if (Array.isArray(part)) for (const item of part) rest.push(item);
    else if (typeof part === "object" && part !== null) {
      for (const [name, item] of Object.entries(part)) {
        size += name.length;
        rest.push(item);
      }
    }
  }
  return size > limit;
}
