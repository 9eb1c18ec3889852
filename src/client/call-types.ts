import type { z } from "zod";
import type { Routes, RouteName } from "../contract/routes.ts";

/** Calls with a document (or nothing) up and a document down. */
export type JsonRouteName = {
  [Name in RouteName]: Routes[Name] extends { body: "bytes" }
    ? never
    : Routes[Name]["response"] extends z.ZodType
      ? Name
      : never;
}[RouteName];

/** Calls with bytes up and a document down. */
export type UploadRouteName = {
  [Name in RouteName]: Routes[Name] extends { body: "bytes" } ? Name : never;
}[RouteName];

/** Calls with bytes down. */
export type DownloadRouteName = {
  [Name in RouteName]: Routes[Name]["response"] extends "bytes" ? Name : never;
}[RouteName];

/** What a call of the route answers with, parsed. */
export type Answer<Name extends RouteName> = Routes[Name]["response"] extends z.ZodType
  ? z.output<Routes[Name]["response"]>
  : never;

/** One part of a call: required unless everything in it is optional, and not allowed where the route has none. */
type PartOf<Definition, Key extends string> =
  Definition extends Record<Key, infer Schema extends z.ZodType>
    ? // oxlint-disable-next-line typescript/no-empty-object-type -- asks whether nothing at all would do
      {} extends z.input<Schema>
      ? { [K in Key]?: z.input<Schema> }
      : { [K in Key]: z.input<Schema> }
    : { [K in Key]?: never };

/** What every call takes beside its parts. */
export type CallControl = {
  /** Ends the call; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Give up when no byte came for so long, milliseconds. Default 60 000; 0: never. */
  idleTimeoutMs?: number | undefined;
  /** How often it is tried in all while the server cannot be reached. Default: the client's `attempts`. */
  attempts?: number | undefined;
};

/** Options of `call`. */
export type CallOptions<Name extends JsonRouteName> = CallControl &
  PartOf<Routes[Name], "params"> &
  PartOf<Routes[Name], "query"> &
  PartOf<Routes[Name], "body">;

/** Options of `download`. */
export type DownloadOptions<Name extends DownloadRouteName> = CallControl &
  PartOf<Routes[Name], "params"> &
  PartOf<Routes[Name], "query">;

/** Bytes to send: at once, or made anew for each attempt. */
export type UploadBody = Uint8Array | (() => AsyncIterable<Uint8Array>);

/** Options of `upload`. */
export type UploadOptions<Name extends UploadRouteName> = CallControl &
  PartOf<Routes[Name], "params"> &
  PartOf<Routes[Name], "query"> & { body: UploadBody };

/** True for calls that have no part which must be given. */
export type TakesNothing<Options> =
  // oxlint-disable-next-line typescript/no-empty-object-type -- asks whether nothing at all would do
  {} extends Options ? true : false;
