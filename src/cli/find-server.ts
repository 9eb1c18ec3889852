import { AppError } from "../contract/errors.ts";
import { findHome, homePaths, readServerRecord } from "../client/home.ts";
import { EXIT } from "./exit-code.ts";
import { CliError, usageError } from "./failure.ts";

/** Where a client command sends its calls, and how it came to know. */
export type ServerAddress = {
  url: string;
  token: string | undefined;
  /** For messages: an option, a variable or a file. */
  foundIn: string;
};

/** The options that name a server. */
export type ServerOptions = { url?: string; token?: string; home?: string };

/**
 * The server meant: `--url` and `--token`, else `$ALMANAC_URL` and `$ALMANAC_TOKEN`, else what a server
 * of the same home wrote there. Undefined when nothing names one.
 */
export function findServer(options: ServerOptions, env: NodeJS.ProcessEnv): ServerAddress | undefined {
  const record = readServerRecord(findHome(options.home, env));
  const token = options.token ?? nonEmpty(env["ALMANAC_TOKEN"]);
  const url = options.url ?? nonEmpty(env["ALMANAC_URL"]);
  if (url !== undefined) {
    checkUrl(url);
    // The home's own token is for the home's own server and is sent nowhere else.
    const isOwn = record !== undefined && new URL(url).origin === new URL(record.url).origin;
    const foundIn = options.url === undefined ? "$ALMANAC_URL" : "--url";
    return { url, token: token ?? (isOwn ? record.token : undefined), foundIn };
  }
  if (record === undefined) return undefined;
  return { url: record.url, token: token ?? record.token, foundIn: serverFileOf(options, env) };
}

/** The failure when nothing names a server. */
export function noServer(options: ServerOptions, env: NodeJS.ProcessEnv): CliError {
  return new CliError(EXIT.infrastructure, `no server is running (looked at ${serverFileOf(options, env)}).`, {
    next: "Start one with `npm start` (or `almanac up`), or name one with --url and --token.",
  });
}

/** The failure of a call, told with where the address came from when nothing answers there. */
export function explainUnreachable(error: unknown, address: ServerAddress): unknown {
  if (!(error instanceof AppError) || error.details["network"] !== "ECONNREFUSED") return error;
  return new CliError(EXIT.infrastructure, `no server is running at ${address.url} (from ${address.foundIn}).`, {
    next: "Start one with `npm start` (or `almanac up`), or name another with --url and --token.",
    cause: error,
  });
}

function serverFileOf(options: ServerOptions, env: NodeJS.ProcessEnv): string {
  return homePaths(findHome(options.home, env)).serverFile;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

function checkUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === "http:" || parsed?.protocol === "https:") return;
  throw usageError(`"${url}" is not the address of a server.`, "It looks like http://127.0.0.1:4747.");
}
