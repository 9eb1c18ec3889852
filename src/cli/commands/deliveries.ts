import { Option, type Command } from "commander";
import { DELIVERY_STATES, type Delivery, type DeliveryState, type DeliveryTrial } from "../../domain/reaction.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { usageError } from "../failure.ts";
import { readPages } from "../read-pages.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { countArgument, withServer, withTable } from "../shared-options.ts";
import { deliveryStateText, deliveryTrialText } from "../../domain/delivery-text.ts";
import { formatAgo } from "../terminal/relative-time.ts";
import { sanitizeText } from "../terminal/sanitize.ts";
import { renderTable, type Column } from "../terminal/table.ts";

type Options = SharedOptions & { state?: DeliveryState; limit: number; again?: string; try?: string };

/** `almanac deliveries`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("Whom was told what of work requests and findings, newest first, and what could not be told.")
    .addOption(new Option("--state <state>", "only those in this state").choices(DELIVERY_STATES))
    .option("--limit <n>", "at most so many", countArgument, 50)
    .option("--again <id>", "try this one again now")
    .option("--try <action>", "send one test there now, and show what comes back; it is no delivery");
  withTable(withServer(command)).action(action(cli, deliveries));
}

async function deliveries(session: Session, options: Options): Promise<ExitCode> {
  if (options.again !== undefined) return again(session, options.again);
  if (options.try !== undefined) return tryOne(session, options.try);
  const { state, limit } = options;
  const query = state === undefined ? {} : { state };
  const found = await readPages<Delivery>(limit, (page) =>
    session.client.call("listDeliveries", { query: { ...query, ...page } }),
  );
  if (session.wantsJson) session.json({ deliveries: found }, found);
  else session.print(renderTable(columnsOf(session), found, session.surface, session.tableOptions));
  if (found.length === 0 && !session.wantsJson) session.say("nobody was told anything");
  return EXIT.success;
}

function columnsOf({ surface }: Session): Column<Delivery>[] {
  return [
    { header: "ID", align: "right", cell: ({ id }) => String(id) },
    { header: "OF", cell: aboutText },
    { header: "WHEN", cell: ({ reaction }) => reaction.slice("on_".length) },
    { header: "TO", cell: ({ target }) => target, shrinkTo: 20 },
    { header: "STATE", cell: (delivery) => deliveryStateText(delivery), shrinkTo: 20 },
    { header: "MADE", cell: ({ created_at }) => formatAgo(created_at, surface), full: ({ created_at }) => created_at },
  ];
}

function aboutText({ work_request_id, finding_id }: Delivery): string {
  if (work_request_id !== null) return `#${work_request_id}`;
  return finding_id === null ? "" : `finding ${finding_id}`;
}

async function again(session: Session, text: string): Promise<ExitCode> {
  const id = Number(text);
  if (!Number.isSafeInteger(id) || id < 1) throw usageError(`--again: "${text}" is not the number of a delivery.`);
  const { delivery } = await session.client.call("sendAgain", { params: { id }, body: {} });
  if (session.wantsJson) session.json({ delivery }, delivery);
  else session.print(`delivery ${id} is tried again\n`);
  return EXIT.success;
}

async function tryOne(session: Session, text: string): Promise<ExitCode> {
  const { trial } = await session.client.call("tryDelivery", { body: { action: text } });
  if (session.wantsJson) session.json({ trial }, trial);
  else
    session.print(
      trialLines(trial)
        .map((line) => `${sanitizeText(line)}\n`)
        .join(""),
    );
  return trial.state === "delivered" ? EXIT.success : EXIT.failed;
}

/** What came of it, and below that what the other side said. */
function trialLines(trial: DeliveryTrial): string[] {
  const said =
    trial.answer === ""
      ? []
      : trial.answer
          .trimEnd()
          .split(/\r?\n/)
          .map((line) => `  ${line}`);
  return [deliveryTrialText(trial), ...said, ...(trial.is_answer_cut ? ["  …"] : [])];
}
