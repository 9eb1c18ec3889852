import { hasColour, type ColourChoice } from "./colour.ts";

/** What is known of one output stream; everything that renders takes it, and nothing else from outside. */
export type Surface = {
  /** A person's terminal: aligned, shortened to the width, relative times. Else: for programs, in full. */
  isTty: boolean;
  /** Columns of the terminal; 80 where that is not known. */
  columns: number;
  hasColour: boolean;
  /** False: glyphs, bars and curves are made of ASCII. */
  hasUnicode: boolean;
  /** OSC 8 links may be printed. */
  hasLinks: boolean;
  /** Wall clock, milliseconds since 1970. */
  nowMs: number;
  /** Times in UTC instead of `timeZone`. */
  isUtc: boolean;
  /** The person's own zone, an IANA name. */
  timeZone: string;
};

/** What is read of a stream. */
export type StreamLike = { isTTY?: boolean; columns?: number };

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The options of the command line that change how things are shown. */
export type TerminalFlags = { color?: ColourChoice; ascii?: boolean; utc?: boolean };

const USUAL_COLUMNS = 80;
/** Narrower than this nothing can be shown. */
const LEAST_COLUMNS = 20;

/** What is known of a stream, from the stream itself, the environment and the flags, which win. */
export function surfaceOf(stream: StreamLike, env: Environment, nowMs: number, flags: TerminalFlags = {}): Surface {
  const isTty = stream.isTTY === true;
  const isDumb = env["TERM"] === "dumb";
  return {
    isTty,
    columns: Math.max(LEAST_COLUMNS, columnsOf(stream, env)),
    hasColour: hasColour(flags.color ?? "auto", env, isTty),
    hasUnicode: flags.ascii !== true && isUtf8(env),
    hasLinks: isTty && !isDumb,
    nowMs,
    isUtc: flags.utc === true,
    timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

/** `COLUMNS` counts where the stream does not know, as when the output is piped through a pager. */
function columnsOf(stream: StreamLike, env: Environment): number {
  if (stream.columns !== undefined && stream.columns > 0) return stream.columns;
  const given = Number(env["COLUMNS"] ?? Number.NaN);
  return Number.isInteger(given) && given > 0 ? given : USUAL_COLUMNS;
}

/** The locale as POSIX orders its variables. With none set it is left at UTF-8, as containers mostly have it. */
function isUtf8(env: Environment): boolean {
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find((value) => value !== undefined && value !== "");
  return locale === undefined || /utf-?8/i.test(locale);
}
