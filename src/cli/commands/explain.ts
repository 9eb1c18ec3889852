import type { Command } from "commander";
import type { Answer } from "../../client/call-types.ts";
import { layerScopeText } from "../../domain/layer.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { keyOf, withKey, withServer, withTable, type KeyOptions } from "../shared-options.ts";
import { layerValueText } from "../../domain/layer-text.ts";
import { renderTable, type Column } from "../terminal/table.ts";

type Options = SharedOptions & KeyOptions & { all?: boolean };
type Field = Answer<"explain">["fields"][number];

/** `almanac explain`. */
export function define(command: Command, cli: Cli): void {
  withKey(command)
    .description(
      "What a request that says nothing itself would be given: each value, where it comes from, and what it beats.",
    )
    .option("--all", "also what nothing sets");
  withTable(withServer(command)).action(action(cli, explain));
}

async function explain(
  session: Session,
  options: Options,
  ...[task, subject, context]: readonly [string, string?, string?]
): Promise<ExitCode> {
  const query = keyOf(options, task, subject, context);
  const answer = await session.client.call("explain", { query });
  const rows = answer.fields.filter(({ source }) => options.all === true || source !== "none");
  if (session.wantsJson) session.json(answer, answer.fields);
  else session.print(renderTable(COLUMNS, rows, session.surface, session.tableOptions));
  return EXIT.success;
}

const COLUMNS: Column<Field>[] = [
  { header: "FIELD", cell: ({ field }) => field },
  { header: "VALUE", align: "right", cell: ({ field, value }) => layerValueText(field, value) },
  { header: "FROM", cell: ({ source }) => source },
  { header: "BECAUSE", cell: ({ because }) => because, shrinkTo: 20 },
  { header: "INSTEAD OF", cell: ({ field, beaten }) => beatenText(field, beaten), shrinkTo: 20 },
];

function beatenText(field: Field["field"], beaten: Field["beaten"]): string {
  return beaten
    .map((layer) => `${layerValueText(field, layer.value)} (${layer.mode} for ${layerScopeText(layer)})`)
    .join(", ");
}
