import { InvalidArgumentError, Option, type Command } from "commander";
import { homeOption } from "../shared-options.ts";
import { withConfig } from "./find-config.ts";
import { withKeepOptions } from "./keep-options.ts";

/** Adds the options of a server that is started. */
export function withServerStart(command: Command): Command {
  return withKeepOptions(withServerOptions(command));
}

function withServerOptions(command: Command): Command {
  return withConfig(command.optionsGroup("The server:"))
    .option("--port <port>", "where it listens; 0 takes any free port", portArgument, 4747)
    .option(
      "--host <address>",
      "the address it listens on; others than this machine's own open it to the network",
      "127.0.0.1",
    )
    .option("--database <file or url>", "a file, or postgres://… (default: a file in the home)")
    .option(
      "--artifacts <directory or url>",
      "where files of runs are kept, such as s3://BUCKET or https://HOST/BUCKET (default: in the home)",
    )
    .addOption(
      new Option(
        "--cut-off-runs <what>",
        "what workers do with their runs when they have not reached the server for a minute: end them, so that " +
          "nothing runs twice at once, or keep them, so that an outage costs nothing",
      )
        .choices(["end", "keep"])
        .default("end"),
    )
    .option(
      "--webhook-hosts <hosts>",
      "hosts off the internet that webhooks may call: names or addresses with commas, or *",
    )
    .option("--smtp <url>", "the mail server for e-mails: smtp://user:password@host:587 (better: $ALMANAC_SMTP_URL)")
    .option("--mail-from <address>", "the sender of e-mails", "almanac@localhost")
    .option("--reaction-commands", "run the commands that tasks and layers name as reactions, as this server's user")
    .option("--drain-suspects", "drain workers that fail what passes elsewhere, until they are resumed")
    .addOption(homeOption())
    .addOption(
      new Option("--log-level <level>", "what it writes to standard error")
        .choices(["trace", "debug", "info", "warn", "error", "silent"])
        .default("warn"),
    )
    .option("--json", "the greeting as one JSON document")
    .option("--debug", "show where an error came from");
}

function portArgument(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("Expected a port from 0 to 65535.");
}
