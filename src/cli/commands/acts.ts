import { Option, type Command } from "commander";
import { ACT_KINDS, type ActKind, type ListedAct } from "../../domain/act.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { readPages } from "../read-pages.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { countArgument, withServer, withTable } from "../shared-options.ts";
import { sinceOf } from "../since.ts";
import { formatAgo } from "../terminal/relative-time.ts";
import { renderTable, type Column } from "../terminal/table.ts";

type Options = SharedOptions & { kind?: ActKind; byToken?: number; since?: string; until?: string; limit: number };

/** `almanac acts`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("What people did to the server, newest first; what they did to a request stands with it.")
    .addOption(new Option("--kind <kind>", "only what was of this kind").choices(ACT_KINDS))
    .option("--by-token <id>", "only what this token did, by its number in `almanac token ls`", countArgument)
    .option("--since <when>", "only since then: 7d, 12h, or a date")
    .option("--until <when>", "only until then")
    .option("--limit <n>", "at most so many", countArgument, 50);
  withTable(withServer(command)).action(action(cli, listActs));
}

async function listActs(session: Session, { kind, byToken, since, until, limit }: Options): Promise<ExitCode> {
  const nowMs = session.cli.nowMs();
  const query = {
    ...(kind !== undefined && { kind }),
    ...(byToken !== undefined && { by_token: byToken }),
    ...(since !== undefined && { since: sinceOf(since, nowMs) }),
    ...(until !== undefined && { until: sinceOf(until, nowMs, "--until") }),
  };
  const acts = await readPages<ListedAct>(limit, (page) =>
    session.client.call("listActs", { query: { ...query, ...page } }),
  );
  if (session.wantsJson) session.json({ acts }, acts);
  else session.print(renderTable(columnsOf(session), acts, session.surface, session.tableOptions));
  if (acts.length === 0 && !session.wantsJson) session.say("nobody did anything of that kind");
  return EXIT.success;
}

function columnsOf({ surface }: Session): Column<ListedAct>[] {
  return [
    { header: "WHEN", cell: ({ at }) => formatAgo(at, surface), full: ({ at }) => at },
    { header: "WHO", cell: ({ by }) => by, shrinkTo: 10 },
    { header: "TOKEN", align: "right", cell: ({ by_token }) => String(by_token) },
    { header: "DID", cell: ({ did }) => did, shrinkTo: 30 },
  ];
}
