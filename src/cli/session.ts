import type { Command } from "commander";
import type { ExchangeRecord } from "../client/caller.ts";
import { createClient, type Client } from "../client/client.ts";
import { findHome } from "../client/home.ts";
import type { Cli } from "./cli.ts";
import type { ExitCode } from "./exit-code.ts";
import { findServer, explainUnreachable, noServer, type ServerAddress, type ServerOptions } from "./find-server.ts";
import { jsonText } from "./json-text.ts";
import { surfaceOf, type Surface, type TerminalFlags } from "./terminal/surface.ts";

/** The options that commands share; which of them a command takes, its `--help` says. */
export type SharedOptions = ServerOptions &
  TerminalFlags & {
    json?: boolean;
    jsonFields?: string;
    jsonl?: boolean;
    debug?: boolean;
    /** `--no-header` makes it false. */
    header?: boolean;
    wide?: boolean;
  };

/** One command at work: its output streams and the server it talks to. */
export class Session {
  readonly cli: Cli;
  readonly options: SharedOptions;
  /** What is known of standard output, for everything that renders. */
  readonly surface: Surface;
  /** The same of standard error. */
  readonly errorSurface: Surface;
  #address: ServerAddress | undefined;
  #client: Client | undefined;

  constructor(cli: Cli, options: SharedOptions) {
    this.cli = cli;
    this.options = options;
    this.surface = surfaceOf(cli.stdout, cli.env, cli.nowMs(), options);
    this.errorSurface = surfaceOf(cli.stderr, cli.env, cli.nowMs(), options);
  }

  get home(): string {
    return findHome(this.options.home, this.cli.env);
  }

  /** The server's address; undefined when nothing names one. */
  get address(): ServerAddress | undefined {
    this.#address ??= findServer(this.options, this.cli.env);
    return this.#address;
  }

  /** The client for the server meant. Throws when nothing names one. */
  get client(): Client {
    const { address } = this;
    if (address === undefined) throw noServer(this.options, this.cli.env);
    this.#client ??= createClient({
      url: address.url,
      token: address.token,
      ...(this.options.debug === true && { onExchange: (record) => this.say(exchangeText(record)) }),
    });
    return this.#client;
  }

  /** True for `--json` and `--json=FIELDS`. */
  get wantsJson(): boolean {
    return this.options.json === true || this.options.jsonFields !== undefined;
  }

  /** Data, as it is. */
  print(text: string): void {
    this.cli.stdout.write(text);
  }

  /** One line for the person, beside the data. */
  say(line: string): void {
    this.cli.stderr.write(`${line}\n`);
  }

  /**
   * The one document of `--json`. With `--json=FIELDS`, those fields of `main` only, or of each of its
   * items when it is a list.
   */
  json(document: object, main?: unknown): void {
    this.print(jsonText(document, main ?? document, this.options.jsonFields, this.surface.isTty));
  }

  /** What tables take from the options. */
  get tableOptions(): { hasHeader?: boolean; isWide?: boolean } {
    const { header, wide } = this.options;
    return { ...(header === false && { hasHeader: false }), ...(wide === true && { isWide: true }) };
  }
}

/**
 * The action of a command: makes its session, runs it, keeps its exit code, and tells an unreachable
 * server apart from a wrong call. Commander gives the arguments, the options and the command itself.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- they are taken from `run`, whose types commands choose
export function action<Options extends SharedOptions, Args extends readonly unknown[]>(
  cli: Cli,
  run: (session: Session, options: Options, ...args: Args) => ExitCode | Promise<ExitCode>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    // Commander's order: the arguments as declared beside the action, the options, the command.
    const command = given.at(-1) as Command;
    const args = given.slice(0, -2) as unknown as Args;
    const options = command.optsWithGlobals<Options>();
    const session = new Session(cli, options);
    try {
      cli.exitCode = await run(session, options, ...args);
    } catch (error) {
      throw session.address === undefined ? error : explainUnreachable(error, session.address);
    }
  };
}

function exchangeText(record: ExchangeRecord): string {
  const status = record.status ?? record.error ?? "no answer";
  const repeat = record.attempt > 1 ? `, attempt ${record.attempt}` : "";
  const request = record.requestId === undefined ? "" : `, request ${record.requestId}`;
  return `debug: ${record.method} ${record.url} → ${status} (${record.durationMs.toFixed(0)} ms${repeat}${request})`;
}
