import type { Command } from "commander";
import type { Run } from "../../domain/run.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { parseLookupName } from "../../history/lookup-name.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { requestOrRunOf } from "../request-ids.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withOutput, withServer } from "../shared-options.ts";
import { curveLines } from "../terminal/curve-plot.ts";
import { renderHistory } from "../terminal/history-view.ts";
import { renderRequest } from "../terminal/request-view.ts";
import { renderWorkflow } from "../terminal/workflow-view.ts";
import { exitCodeOfRequest } from "../wait/verdict.ts";

type Options = SharedOptions & { exitStatus?: boolean; plot?: boolean };

/** `almanac show`. */
export function define(command: Command, cli: Cli): void {
  command
    .description(
      "One work request with its runs: 5122, #5122, one run of it (5122.1), or an entry of the history by\n" +
        "name (last-success:worker:build:hello:bookworm%2Famd64; last-entry: and last-failure: too).",
    )
    .argument("<id>", "a work request, a run, or the name of an entry")
    .option("--plot", "what the newest of the runs used over time, also while it runs")
    .option("--exit-status", "exit with what became of it, as `almanac wait` does");
  withOutput(withServer(command)).action(action(cli, show));
}

async function show(session: Session, options: Options, text: string): Promise<ExitCode> {
  if (text.startsWith("last-")) return showEntry(session, text);
  const { id, runId } = requestOrRunOf(text);
  const found = await session.client.call("getWorkRequest", { params: { id } });
  const runs = runId === undefined ? found.runs : found.runs.filter((run) => run.id === runId);
  if (runId !== undefined && runs.length === 0) await session.client.call("getRun", { params: { run_id: runId } }); // says that it is not there
  if (session.wantsJson) {
    session.json({ work_request: found.work_request, runs }, found.work_request);
  } else if (found.work_request.task_type === "workflow" && hasMembers(found.work_request)) {
    const state = await session.client.call("getWorkflow", { params: { id } });
    const { nodes } = await session.client.call("listWorkflowNodes", { params: { id } });
    session.print(renderWorkflow(state, nodes, session.surface));
  } else {
    const pageUrl = `${session.client.url.replace(/\/+$/, "")}/r/${id}`;
    const { items: deliveries } = await session.client.call("listDeliveries", { query: { work_request_id: id } });
    session.print(renderRequest(found.work_request, runs, session.surface, { pageUrl, deliveries }));
    if (options.plot === true) session.print(plotOf(runs, session));
  }
  return options.exitStatus === true ? exitCodeOfRequest(found.work_request) : EXIT.success;
}

/** A workflow that was never planned has only itself to show. */
function hasMembers({ started_at }: WorkRequest): boolean {
  return started_at !== null;
}

/** The newest run that has a curve; a sentence when none has. */
function plotOf(runs: readonly Run[], session: Session): string {
  const run = runs.findLast(({ measurement }) => measurement?.curve !== undefined);
  const lines = run?.measurement?.curve === undefined ? [] : curveLines(run.measurement.curve, session.surface);
  if (run === undefined || lines.length === 0) return "\nNo run of it was measured over time.\n";
  return `\n${[`Run ${run.id} over time`, ...lines].join("\n")}\n`;
}

async function showEntry(session: Session, name: string): Promise<ExitCode> {
  const { entry } = await session.client.call("lookup", { params: { name } });
  if (session.wantsJson) {
    session.json({ entry }, entry);
    return EXIT.success;
  }
  const parsed = parseLookupName(name);
  const key = parsed.ok ? parsed.lookup.key : entry;
  session.print(renderHistory([entry], { mode: "list", task_name: key.task_name }, session.surface));
  return EXIT.success;
}
