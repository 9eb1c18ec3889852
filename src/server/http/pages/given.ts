import type { Frame } from "../../../web/layout.ts";

/** Parts of an address as they were asked for, not yet parsed. */
type Asked = { params: unknown; query: unknown };

/** Renders a page; the signal is aborted when the reader goes away. */
export type Render = (frame: Frame, asked: Asked, signal: AbortSignal) => Promise<string> | string;

/** A page that is read: where it is, as a path with `:name` for what varies, and how it is made. */
export type ReadingPage = { path: string; render: Render };

/** Adds a page that is read. */
export type AddPage = (path: string, render: Render) => void;

/** An address, or a form, without a value for a field is one without the field: browsers send all of theirs. */
export function given(fields: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields as object).filter(([, value]) => value !== "")); // Fastify's own is an object
}
