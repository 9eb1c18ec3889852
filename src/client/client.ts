import type { Readable } from "node:stream";
import type {
  Answer,
  CallOptions,
  DownloadOptions,
  DownloadRouteName,
  JsonRouteName,
  TakesNothing,
  UploadOptions,
  UploadRouteName,
} from "./call-types.ts";
import { Caller, type ClientOptions } from "./caller.ts";
import type { EventMessage } from "./event-stream.ts";
import { followEvents, type EventOptions } from "./follow-events.ts";

/** Bytes on their way down: read to the end, or destroy. */
export type Download = { body: Readable; headers: Record<string, string | undefined> };

/** Arguments of a call; left out where the route needs nothing. */
type Arguments<Options> = TakesNothing<Options> extends true ? [options?: Options] : [options: Options];

/**
 * The API as functions. Every method throws `AppError`: the server's own, or `unavailable` when it
 * cannot be reached; and the signal's reason when that ended the call.
 */
export type Client = {
  readonly url: string;
  setToken(token: string): void;
  /** One call with a document up and down. A submission gets a `submission_key`, so that a repeat never doubles it. */
  call<Name extends JsonRouteName>(name: Name, ...options: Arguments<CallOptions<Name>>): Promise<Answer<Name>>;
  /** One call with bytes up. */
  upload<Name extends UploadRouteName>(name: Name, options: UploadOptions<Name>): Promise<Answer<Name>>;
  /** One call with bytes down; attempts are made until the answer begins. */
  download<Name extends DownloadRouteName>(name: Name, options: DownloadOptions<Name>): Promise<Download>;
  /** What happens, from now on; connects again by itself, without a gap where the server can. */
  events(options?: EventOptions): AsyncGenerator<EventMessage, void, undefined>;
  /** Closes idle connections. Not needed before the process ends. */
  close(): void;
};

/** A client for the server at `options.url`. Makes no connection yet. */
export function createClient(options: ClientOptions): Client {
  const caller = new Caller(options);
  return {
    url: options.url,
    setToken: (token) => caller.setToken(token),
    // the compiler gives up on the union of all routes' options: what a call takes is checked where it is made
    call: async (name: JsonRouteName, ...[parts]: readonly unknown[]) => caller.document(name, parts ?? {}) as never, // parsed by the route's schema
    upload: async (name, parts) => caller.document(name, parts) as never, // as above
    download: async (name, parts) => {
      const answer = await caller.answer(name, parts);
      return { body: answer.body, headers: answer.headers };
    },
    events: (eventOptions = {}) => followEvents(caller, eventOptions),
    close: () => caller.close(),
  };
}
