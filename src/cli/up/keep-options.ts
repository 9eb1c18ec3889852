import { InvalidArgumentError, type Command } from "commander";
import type { startServer } from "../../server/serve.ts";
import { parseDuration } from "../../domain/units.ts";

type Settings = NonNullable<Parameters<typeof startServer>[0]["settings"]>;

/** What the server is told to keep, and how long; seconds, `Infinity`: for ever. What is absent is as usual. */
export type KeepOptions = {
  keepRequests?: number;
  keepHistory?: number;
  keepHistoryFor?: number;
  keepEvents?: number;
  keepDeliveries?: number;
  keepAccuracy?: number;
};

const MINUTE = 60;
const DAY = 86_400;
const MOST_SECONDS = 10 * 365 * DAY;
const MOST_RUNS = 100_000;
const [LEAST_EVENTS, MOST_EVENTS] = [1_000, 100_000_000];

/** Adds the options of what the server keeps, and how long. */
export function withKeepOptions(command: Command): Command {
  return command
    .optionsGroup("What the server keeps:")
    .option(
      "--keep-requests <time>",
      "requests submitted from now on, their runs, logs and outputs, after their end; 30d, or forever (default: 90d)",
      timeFrom(MINUTE, "1m"),
    )
    .option(
      "--keep-history <count>",
      "the newest so many runs of each key, beside the last success and failure (default: 200)",
      countFrom(0, MOST_RUNS),
    )
    .option(
      "--keep-history-for <time>",
      "of these, only as old as that; 365d, or forever (default)",
      timeFrom(DAY, "1d"),
    )
    .option(
      "--keep-events <count>",
      "the newest events that belong to no request (default: 100000)",
      countFrom(LEAST_EVENTS, MOST_EVENTS),
    )
    .option(
      "--keep-deliveries <time>",
      "what was told to whom, after it was told or given up (default: 30d)",
      timeFrom(MINUTE, "1m"),
    )
    .option("--keep-accuracy <time>", "how good estimates were, by task and day (default: 400d)", timeFrom(DAY, "1d"));
}

/** The settings that the options are. */
export function keepSettings(options: KeepOptions): Settings {
  const { keepRequests, keepHistory, keepHistoryFor, keepEvents, keepDeliveries, keepAccuracy } = options;
  return {
    ...(keepRequests !== undefined && { expireAfter: orNever(keepRequests) }),
    ...(keepHistory !== undefined && { historyToKeep: keepHistory }),
    ...(keepHistoryFor !== undefined && { historyMaxAge: orNever(keepHistoryFor) }),
    ...(keepEvents !== undefined && { eventsToKeep: keepEvents }),
    ...(keepDeliveries !== undefined && { deliveriesMaxAge: orNever(keepDeliveries) }),
    ...(keepAccuracy !== undefined && { accuracyMaxAge: orNever(keepAccuracy) }),
  };
}

/** The server says `null` for ever. */
function orNever(seconds: number): number | null {
  return seconds === Infinity ? null : seconds;
}

/** Seconds of a time; `forever` is `Infinity`, for commander takes `null` for nothing. */
function timeFrom(least: number, leastText: string): (text: string) => number {
  return (text) => {
    if (text === "forever") return Infinity;
    const seconds = parseDuration(text);
    if (seconds !== undefined && seconds >= least && seconds <= MOST_SECONDS) return seconds;
    throw new InvalidArgumentError(`Expected a time from ${leastText} to 10 years like "30d", or "forever".`);
  };
}

function countFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (/^\d{1,9}$/.test(text) && count >= least && count <= most) return count;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}
