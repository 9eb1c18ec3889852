import { Option, type Command } from "commander";
import { FAIL_ON, type FailOn } from "../../domain/verdict.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { openPage, withWeb, type WebOptions } from "../open-page.ts";
import { PAGE } from "../page-address.ts";
import { readPages } from "../read-pages.ts";
import { requestIdOf } from "../request-ids.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { countArgument, repeated, withOutput, withServer, withTable } from "../shared-options.ts";
import { dataOf } from "../submit/from-options.ts";
import { renderRequestList } from "../terminal/request-list-view.ts";
import { renderGraph, renderPlan, renderWorkflow } from "../terminal/workflow-view.ts";
import { exitCodeOfRequest } from "../wait/verdict.ts";

type PlanOptions = SharedOptions & { data?: string[]; failOn?: FailOn; all?: boolean };

const EXAMPLES = `Examples:
  almanac workflow plan debian --data packages='["hello","sed"]'    what it would do, and how long that takes
  almanac submit --workflow debian --data packages='["hello","sed"]' --wait
  almanac workflow show 7                                           how it stands, and when it will end
`;

/** `almanac workflow`. */
export function define(command: Command, cli: Cli): void {
  command
    .description(
      "Graphs of work requests that are made by code: defineWorkflow in almanac.config.ts. To abort one, to make what failed\n" +
        "again, or to let it go earlier: `almanac abort`, `retry` and `priority` with its number.",
    )
    .addHelpText("before", EXAMPLES);
  const plan = command
    .command("plan")
    .description("What a workflow would ask for, and how long it should take; nothing is submitted.")
    .argument("<name>", "a workflow of the server's configuration")
    .option("-d, --data <NAME=VALUE>", "its data: JSON, else text (repeatable)", repeated)
    .addOption(new Option("--fail-on <which>", "which failures of its requests would count").choices(FAIL_ON))
    .option("--all", "every request, not folded by group");
  withTable(withServer(plan)).action(action(cli, showPlan));
  const show = command
    .command("show")
    .description("How a workflow stands, when it should end, its longest chain, and its requests folded by group.")
    .argument("<id>", "a workflow: 7, #7")
    .option("--all", "every request, not folded by group")
    .option("--exit-status", "exit with what became of it, as `almanac wait` does");
  withTable(withServer(withWeb(show))).action(action(cli, showWorkflow));
  const list = command
    .command("ls")
    .description("Workflows, newest first.")
    .option("--limit <n>", "at most so many", countArgument, 100);
  withTable(withServer(list)).action(action(cli, listWorkflows));
  const graph = command
    .command("graph")
    .description("The graph of a workflow in the language of Graphviz: almanac workflow graph 7 | dot -Tsvg > 7.svg")
    .argument("<id>", "a workflow: 7, #7");
  withOutput(withServer(graph)).action(action(cli, showGraph));
}

async function showPlan(session: Session, options: PlanOptions, name: string): Promise<ExitCode> {
  const body = {
    task_name: name,
    task_data: dataOf(options.data),
    ...(options.failOn !== undefined && { fail_on: options.failOn }),
  };
  const answer = await session.client.call("planWorkflow", { body });
  if (session.wantsJson) session.json(answer, answer.nodes);
  else session.print(renderPlan(answer, session.surface, { ...session.tableOptions, isAll: options.all === true }));
  for (const { message } of answer.errors) session.say(message);
  return answer.errors.length > 0 ? EXIT.failed : EXIT.success;
}

type ShowOptions = SharedOptions & WebOptions & { all?: boolean; exitStatus?: boolean };

async function showWorkflow(session: Session, options: ShowOptions, text: string): Promise<ExitCode> {
  const params = { id: requestIdOf(text) };
  const state = await session.client.call("getWorkflow", { params });
  if (options.web === true) return openPage(session, PAGE.workflow(params.id));
  const { nodes } = await session.client.call("listWorkflowNodes", { params });
  if (session.wantsJson) session.json({ ...state, nodes }, nodes);
  else {
    const view = { ...session.tableOptions, isAll: options.all === true };
    session.print(renderWorkflow(state, nodes, session.surface, view));
  }
  return options.exitStatus === true ? exitCodeOfRequest(state.work_request) : EXIT.success;
}

async function listWorkflows(session: Session, { limit }: SharedOptions & { limit: number }): Promise<ExitCode> {
  const items = await readPages<WorkRequest>(limit, (page) => session.client.call("listWorkflows", { query: page }));
  if (session.wantsJson) session.json({ items }, items);
  else {
    const rows = items.map((work_request) => ({ work_request }));
    session.print(renderRequestList(rows, session.surface, session.tableOptions));
    if (items.length === 0) session.say("there are no workflows; `almanac submit --workflow NAME` makes one");
  }
  return EXIT.success;
}

async function showGraph(session: Session, _: SharedOptions, text: string): Promise<ExitCode> {
  const { nodes } = await session.client.call("listWorkflowNodes", { params: { id: requestIdOf(text) } });
  if (session.wantsJson) session.json({ nodes }, nodes);
  else session.print(renderGraph(nodes));
  return EXIT.success;
}
