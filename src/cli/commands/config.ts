import type { Command } from "commander";
import type { Answer, CallOptions } from "../../client/call-types.ts";
import { LAYER_FIELDS, layerScopeText, type LayerField, type LayerScope } from "../../domain/layer.ts";
import { layerPreviewSentences } from "../../domain/layer-preview-text.ts";
import { layerValueText, typedLayerValue } from "../../domain/layer-text.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { usageError } from "../failure.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withOutput, withServer, withTable } from "../shared-options.ts";
import { formatAgo } from "../terminal/relative-time.ts";
import { renderTable, type Column } from "../terminal/table.ts";

type Layer = Answer<"listLayers">["layers"][number];
type SetOptions = SharedOptions & {
  task?: string;
  subject?: string;
  context?: string;
  override?: boolean;
  lock?: boolean;
  note?: string;
  dryRun?: boolean;
};

const EXAMPLES = `Examples:
  almanac config set memory=4G --task build                    unless history or the request knows better
  almanac config set max.memory=8G --context sid --lock        whatever anybody says
  almanac config set retries.infrastructure=0 --task deploy    never twice by itself
  almanac config set fail_on=any --task release                 every failure counts
  almanac config set on_regression=mailto:team@example.org     tell them; see docs/guide/failures.md
  almanac config set memory=2G --task build --override --dry-run  what would have come of it in the last 30 days
  almanac config rm 3
`;

/** `almanac config`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("Needs and policy for tasks, subjects and contexts, without code.")
    .addHelpText("before", EXAMPLES);
  const set = command
    .command("set")
    .description("Set one value; the more particular one wins, and `almanac explain` says which that is.")
    .argument("<field=value>", `the field is one of ${LAYER_FIELDS.join(", ")}`)
    .option("--task <name>", "for this task only")
    .option("--subject <subject>", "for this subject only")
    .option("-c, --context <context>", "for this context only")
    .option("--override", "also where the request, its workflow or its task says otherwise")
    .option("--lock", "the same, and nothing more particular may say otherwise")
    .option("--note <text>", "why")
    .option("--dry-run", "set nothing: say what it would have done to the runs of the last 30 days");
  withOutput(withServer(set)).action(action(cli, setLayer));
  withTable(withServer(command.command("ls").description("What is set, the oldest first."))).action(
    action(cli, listLayers),
  );
  const remove = command
    .command("rm")
    .description("Remove what is set.")
    .argument("<id...>", "as `config ls` shows them");
  withOutput(withServer(remove)).action(action(cli, removeLayers));
}

async function setLayer(session: Session, options: SetOptions, text: string): Promise<ExitCode> {
  if (options.override === true && options.lock === true) {
    throw usageError("--override and --lock exclude each other.", "A lock overrides as well.");
  }
  const body = {
    ...fieldOf(text),
    task_name: options.task ?? null,
    subject: options.subject ?? null,
    context: options.context ?? null,
    mode: options.lock === true ? ("lock" as const) : options.override === true ? ("override" as const) : undefined,
    note: options.note ?? null,
  };
  if (options.dryRun === true) return preview(session, body);
  const answer = await session.client.call("putLayer", { body });
  if (session.wantsJson) session.json(answer, answer.layer);
  else session.print(`${answer.layer.id}\n`);
  const { field, value, mode } = answer.layer;
  session.say(`${field} is ${layerValueText(field, value)}: ${mode} for ${layerScopeText(answer.layer)}`);
  return EXIT.success;
}

/** Says what a layer would have done. */
async function preview(
  session: Session,
  body: LayerScope & NonNullable<CallOptions<"previewLayer">["body"]>,
): Promise<ExitCode> {
  const answer = await session.client.call("previewLayer", { body });
  if (session.wantsJson) session.json(answer, answer.preview);
  else {
    const text = layerPreviewSentences(answer.preview, layerScopeText(body)).join("\n");
    session.print(`${session.surface.hasUnicode ? text : text.replaceAll("·", "*").replaceAll("…", "...")}\n`);
  }
  return EXIT.success;
}

/** `memory=2G`, `cpu_count=4`, `tags=kvm,big`, `on_failure=mailto:a@b,https://c`. */
function fieldOf(text: string): { field: LayerField; value: number | string | string[] } {
  const equals = text.indexOf("=");
  const field = LAYER_FIELDS.find((name) => name === text.slice(0, equals));
  const given = text.slice(equals + 1);
  if (field === undefined) {
    throw usageError(`"${text}" is not FIELD=VALUE with a field that is known.`, `Fields: ${LAYER_FIELDS.join(", ")}.`);
  }
  return { field, value: typedLayerValue(field, given) };
}

async function listLayers(session: Session): Promise<ExitCode> {
  const answer = await session.client.call("listLayers");
  if (session.wantsJson) session.json(answer, answer.layers);
  else session.print(renderTable(columns(session), answer.layers, session.surface, session.tableOptions));
  return EXIT.success;
}

function columns(session: Session): Column<Layer>[] {
  return [
    { header: "ID", align: "right", cell: ({ id }) => String(id) },
    { header: "FIELD", cell: ({ field }) => field },
    { header: "VALUE", align: "right", cell: ({ field, value }) => layerValueText(field, value) },
    { header: "HOW", cell: ({ mode }) => mode },
    { header: "FOR", cell: (layer) => layerScopeText(layer) },
    { header: "BY", cell: ({ set_by }) => set_by },
    { header: "SET", cell: ({ set_at }) => formatAgo(set_at, session.surface) },
    { header: "NOTE", cell: ({ note }) => note ?? "", shrinkTo: 10 },
  ];
}

async function removeLayers(session: Session, _: SharedOptions, texts: string[]): Promise<ExitCode> {
  const removed: number[] = [];
  for (const text of texts) {
    if (!/^[1-9]\d{0,15}$/.test(text))
      throw usageError(`"${text}" is not the number of a layer.`, "`almanac config ls` shows them.");
    removed.push((await session.client.call("removeLayer", { params: { id: Number(text) } })).removed);
  }
  if (session.wantsJson) session.json({ removed });
  else session.print(removed.map((id) => `layer ${id} removed\n`).join(""));
  return EXIT.success;
}
