import type { Command } from "commander";
import { actText, isAct } from "../../domain/act.ts";
import type { Event } from "../../domain/event.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { countArgument, repeated, withOutput, withServer } from "../shared-options.ts";
import { formatMoment } from "../terminal/relative-time.ts";
import { sanitizeText } from "../terminal/sanitize.ts";
import { waitUntilDone } from "../wait/until.ts";

type Options = SharedOptions & { topic?: string[]; after?: number };

/** `almanac events`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("What happens, as it happens, until Ctrl-C: one line for each event.")
    .option("--topic <topic>", "requests, workers or r5122 (repeatable; default: all)", repeated)
    .option("--after <id>", "first what happened after this event, where it is still kept", countArgument);
  withOutput(withServer(command))
    .option("--jsonl", "each event as one JSON document on a line of its own (the same as --json here)")
    .action(action(cli, events));
}

function events(session: Session, options: Options): Promise<ExitCode> {
  const waiting = { open: () => [], isOwner: false, comeBack: "almanac events" };
  return waitUntilDone(session, waiting, async (signal) => {
    const stream = session.client.events({
      signal,
      ...(options.topic !== undefined && { topics: options.topic }),
      ...(options.after !== undefined && { after: options.after }),
      onLost: (error) => session.say(`${error.message} Trying again …`),
    });
    for await (const message of stream) {
      if (message.type === "reset") session.say("some events are missing here: the server does not keep them any more");
      else if (message.type === "event") session.print(`${lineOf(session, options, message.event)}\n`);
    }
    return EXIT.success;
  });
}

function lineOf(session: Session, options: Options, event: Event): string {
  if (options.jsonl === true || session.wantsJson) return JSON.stringify(event);
  const about = [
    event.run_id ?? (event.work_request_id === undefined ? undefined : `#${event.work_request_id}`),
    event.worker_name,
  ];
  const parts = [String(event.id), formatMoment(event.at, session.surface), event.kind, ...about, more(event)];
  return sanitizeText(parts.filter((part) => part !== undefined).join("  "));
}

/** Why, or who did what. */
function more(event: Event): string | undefined {
  const { message, by } = event.data;
  if (typeof message === "string") return message;
  if (isAct(event)) return `${event.data.by} ${actText(event)}`;
  return typeof by === "string" ? `by ${by}` : undefined;
}
