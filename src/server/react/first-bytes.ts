import type { Readable } from "node:stream";

/** How what is read begins: at most so many bytes of it as text, and whether there was more. */
export type FirstBytes = { text: string; isCut: boolean };

/** Reads a stream's first bytes, and no more of it. What breaks off is what came until then: the caller wants to see it. */
export async function firstBytes(stream: Readable, most: number): Promise<FirstBytes> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    // ends: with the stream, or when there is enough
    for await (const part of stream as AsyncIterable<Buffer>) {
      parts.push(part); // nobody has set an encoding
      size += part.length;
      if (size > most) break;
    }
  } catch {
    // it broke off: what came stands for itself
  }
  stream.destroy();
  const all = Buffer.concat(parts);
  return { text: all.subarray(0, most).toString("utf8"), isCut: all.length > most };
}
