/** A list in pieces of at most `size`: a statement takes 32,766 parameters on SQLite and 65,535 on PostgreSQL. */
export function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  const chunks: Item[][] = [];
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size));
  return chunks;
}
