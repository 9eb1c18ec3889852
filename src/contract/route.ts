import type { z } from "zod";

/** What a token may do. Each scope includes those before it, but for the two of workers, which stand alone. */
export const SCOPES = ["read", "submit", "admin", "worker", "join"] as const;

/**
 * - `read`: see everything;
 * - `submit`: and submit, abort, retry;
 * - `admin`: and workers, tokens, import;
 * - `worker`: one worker's own calls;
 * - `join`: become a worker, once.
 */
export type Scope = (typeof SCOPES)[number];

/** `json`: a document; `bytes`: a body of bytes; `events`: server-sent events. */
type BodyKind = z.ZodType | "bytes" | "events";

/** One call of the API: the handler, the client and the OpenAPI document are all made from it. */
export type Route = {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With parameters as `:name`; a last `*` takes the rest of the path. */
  path: string;
  summary: string;
  scope: Scope;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: BodyKind;
  /** Status of the answer when all is well; default 200. */
  status?: number;
  response: BodyKind;
};

/** Keeps the exact type of a route's schemas while checking its form. */
export function route<const Definition extends Route>(definition: Definition): Definition {
  return definition;
}

/** What a handler gets for one part of a call, after parsing. */
export type Parsed<Part> = Part extends z.ZodType ? z.output<Part> : undefined;
/** What a caller gives for one part of a call, before parsing. */
export type Given<Part> = Part extends z.ZodType ? z.input<Part> : undefined;
