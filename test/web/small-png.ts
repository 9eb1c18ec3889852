import { crc32, deflateSync, inflateSync } from "node:zlib";

/*
 * Pictures of pages have few colours: with a palette they take a third of the room that a browser gives them. Written
 * after the PNG specification (W3C, third edition), for what Chromium writes: 8 bits a channel, not interlaced.
 */

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MOST_COLOURS = 256;

/** The same picture with at most 256 colours. */
export function smallPng(png: Buffer): Buffer {
  const { width, height, pixels } = decode(png);
  const palette = bestColours(pixels);
  const indexOf = new Map(palette.map((colour, index) => [colour, index]));
  const rows = Buffer.alloc((width + 1) * height); // each row begins with its filter: 0, none
  for (const [at, colour] of pixels.entries()) {
    let index = indexOf.get(colour);
    if (index === undefined) indexOf.set(colour, (index = nearest(palette, colour)));
    rows[at + Math.floor(at / width) + 1] = index;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const body = deflateSync(rows, { level: 9, memLevel: 9 });
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("PLTE", colours),
    chunk("IDAT", body),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

type Picture = { width: number; height: number; pixels: Uint32Array };

/** Pixels as 0xRRGGBB; transparency is left out, a page has none. */
function decode(png: Buffer): Picture {
  const parts: Buffer[] = [];
  let [width, height, channels] = [0, 0, 3];
  for (let at = SIGNATURE.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    if (type === "IHDR")
      [width, height, channels] = [data.readUInt32BE(0), data.readUInt32BE(4), data[9] === 6 ? 4 : 3];
    if (type === "IDAT") parts.push(data);
    at += length + 12;
  }
  const bytes = unfiltered(inflateSync(Buffer.concat(parts)), width * channels, channels);
  const pixels = Uint32Array.from({ length: width * height }, (_, at) => bytes.readUIntBE(at * channels, 3));
  return { width, height, pixels };
}

function unfiltered(raw: Buffer, stride: number, channels: number): Buffer {
  const rows = raw.length / (stride + 1);
  const out = Buffer.alloc(rows * stride);
  for (let row = 0; row < rows; row += 1) {
    const filter = raw[row * (stride + 1)];
    for (let column = 0; column < stride; column += 1) {
      const at = row * stride + column;
      const left = column < channels ? 0 : (out[at - channels] ?? 0);
      const up = row === 0 ? 0 : (out[at - stride] ?? 0);
      const corner = row === 0 || column < channels ? 0 : (out[at - stride - channels] ?? 0);
      out[at] = (raw[at + row + 1] ?? 0) + foreseen(filter, left, up, corner);
    }
  }
  return out;
}

/** What each of the five filters foresees of a byte. */
function foreseen(filter: number | undefined, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((byte) => Math.abs(left + up - corner - byte)) as [
    number,
    number,
    number, // one for each
  ];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/**
 * The colours that a palette does best to have: again and again the one that most pixels are furthest from being shown by, so
 * that the few pixels of a coloured word count beside the many of the paper.
 */
function bestColours(pixels: Uint32Array): number[] {
  const counts = new Map<number, number>();
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const rest = [...counts].map(([colour, count]) => ({ colour, count, off: Infinity }));
  const palette: number[] = [];
  while (palette.length < Math.min(MOST_COLOURS, rest.length)) {
    let worst = rest[0]!; // not empty: the palette is shorter
    for (const one of rest) if (one.off * one.count > worst.off * worst.count) worst = one;
    if (worst.off === 0) break;
    palette.push(worst.colour);
    for (const one of rest) one.off = Math.min(one.off, distance(one.colour, worst.colour));
  }
  return palette;
}

/** The square of how far two colours lie apart. */
function distance(a: number, b: number): number {
  return [16, 8, 0].reduce((sum, shift) => sum + (((a >> shift) & 255) - ((b >> shift) & 255)) ** 2, 0);
}

function nearest(palette: readonly number[], colour: number): number {
  let best = 0;
  for (const [index, other] of palette.entries()) {
    if (distance(other, colour) < distance(palette[best] ?? 0, colour)) best = index;
  }
  return best;
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(data.length, 0);
  whole.set(named, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}
