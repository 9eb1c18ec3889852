import type { Answer } from "../../client/call-types.ts";
import { epochMs } from "../../domain/clock.ts";
import { fasterText } from "../../domain/faster-text.ts";
import { formatDuration } from "../../domain/units.ts";
import type { CriticalStep, WorkflowNode, WorkflowState } from "../../domain/workflow.ts";
import { paint } from "./colour.ts";
import { expectedText } from "./expected-text.ts";
import { stateLabel, stateOf, symbols, type State } from "./glyph.ts";
import { sanitizeText } from "./sanitize.ts";
import type { Surface } from "./surface.ts";
import { renderTable, type Column, type TableOptions } from "./table.ts";

export type WorkflowViewOptions = TableOptions & { isAll?: boolean };

/** A line of the list: one request, or those of a group that are alike. */
type Row = { name: string; nodes: readonly WorkflowNode[] };

/** How many steps of the longest chain are named. */
const STEPS = 6;

/** What `almanac workflow show` prints: how it stands, its longest chain, and its requests. */
export function renderWorkflow(
  state: WorkflowState,
  nodes: readonly WorkflowNode[],
  surface: Surface,
  options: WorkflowViewOptions = {},
): string {
  const { work_request: request, expected } = state;
  const name = [`#${request.id}`, request.task_name, request.subject].filter((part) => part !== "").join(" ");
  const ends = expected === undefined ? "" : `; ${expectedText(expected, surface)}`;
  const unknown = unknownText(state.unknown_durations);
  return [
    `${paint(surface, "strong", sanitizeText(name))}  ${stateLabel(surface, stateOf(request))}\n`,
    `${sanitizeText(state.sentence)}${ends}${ends === "" ? "" : unknown}\n`,
    chainLine(state.critical_path, state.critical_seconds, surface),
    ...(state.faster === undefined ? [] : [`${sanitizeText(fasterText(state.faster))}\n`]),
    "\n",
    renderTable(columnsOf(surface, false), rowsOf(nodes, options), surface, options),
  ].join("");
}

/** What `almanac workflow plan` prints. */
export function renderPlan(plan: Answer<"planWorkflow">, surface: Surface, options: WorkflowViewOptions = {}): string {
  if (plan.nodes.length === 0) return plan.errors.length > 0 ? "" : "It asks for nothing at its start.\n";
  const ends = plan.expected === undefined ? "" : `; if submitted now, it ${expectedText(plan.expected, surface)}`;
  const work = plan.total_seconds === 0 ? "" : `, ${formatDuration(plan.total_seconds)} of work`;
  return [
    `${countText(plan.nodes.length, "request")}${work}${ends}${unknownText(plan.unknown_durations)}\n`,
    chainLine(plan.critical_path, plan.critical_seconds, surface),
    "\n",
    renderTable(columnsOf(surface, true), rowsOf(plan.nodes, options), surface, options),
  ].join("");
}

function unknownText(count: number): string {
  if (count === 0) return "";
  return ` (nobody knows yet how long ${count === 1 ? "one of them takes" : `${count} of them take`})`;
}

function countText(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

/** `longest chain 4m: fetch hello 2s → build hello 3m (75 %) → …`. */
function chainLine(path: readonly CriticalStep[], seconds: number, surface: Surface): string {
  const steps = path.filter((step) => step.seconds > 0 || !step.is_known);
  if (steps.length === 0) return "";
  const shown = steps.length <= STEPS ? steps : [...steps.slice(0, STEPS - 1), ...steps.slice(-1)];
  const texts = shown.map((step) => stepText(step, seconds));
  if (steps.length > STEPS) texts.splice(STEPS - 1, 0, `${steps.length - STEPS} more`);
  const whole = seconds === 0 ? "" : ` ${formatDuration(seconds)}`;
  return `longest chain${whole}: ${texts.join(surface.hasUnicode ? " → " : " -> ")}\n`;
}

function stepText({ name, seconds, is_known }: CriticalStep, whole: number): string {
  if (!is_known) return `${sanitizeText(name)} ?`;
  const share = Math.round((100 * seconds) / Math.max(whole, 1e-9));
  return `${sanitizeText(name)} ${formatDuration(seconds)}${share >= 50 && share < 100 ? ` (${share} %)` : ""}`;
}

/** Groups with more than one request are one line, unless something in them failed. */
function rowsOf(nodes: readonly WorkflowNode[], { isAll }: WorkflowViewOptions): Row[] {
  const rows = new Map<string, WorkflowNode[]>();
  for (const node of nodes) {
    const key = node.group === null || isAll === true ? `n${node.id}` : `g${node.group}`;
    const row = rows.get(key);
    if (row === undefined) rows.set(key, [node]);
    else row.push(node);
  }
  return [...rows.values()].flatMap((row): Row[] => {
    const [first] = row;
    if (row.length === 1 || first === undefined) return row.map((node) => ({ name: node.name, nodes: [node] }));
    const failed = row.filter((node) => node.is_failed);
    return [
      { name: `${first.group} (${row.length})`, nodes: row },
      ...failed.map((node) => ({ name: `  ${node.name}`, nodes: [node] })),
    ];
  });
}

function columnsOf(surface: Surface, isPlan: boolean): Column<Row>[] {
  const { none } = symbols(surface);
  const shown: Column<Row>[] = [
    { header: "ID", align: "right", cell: ({ nodes }) => (nodes.length === 1 ? String(nodes[0]?.id) : "") },
    { header: "NAME", cell: ({ name }) => name, shrinkTo: 12 },
    { header: "STATE", cell: ({ nodes }) => ({ painted: statesText(nodes, surface) }), full: stateWords },
    { header: "TASK", cell: ({ nodes }) => [...new Set(nodes.map((node) => node.task_name))].join(", "), shrinkTo: 8 },
    {
      header: "TAKES",
      align: "right",
      cell: ({ nodes }) => durationText(nodes) ?? none,
      full: ({ nodes }) => String(longestSeconds(nodes) ?? ""),
    },
    {
      header: "SLACK",
      align: "right",
      cell: ({ nodes }) => slackText(nodes),
      full: ({ nodes }) => String(Math.min(...nodes.map((node) => node.slack_seconds))),
    },
    {
      header: "ENDS",
      cell: ({ nodes }) => endsText(nodes, surface),
      full: ({ nodes }) => nodes.at(-1)?.expected?.end?.p50 ?? "",
    },
  ];
  return isPlan ? shown.filter(({ header }) => header !== "STATE") : shown;
}

/** `✓ success`, or of a group `14 ✓ 2 ● 1 ✕`. */
function statesText(nodes: readonly WorkflowNode[], surface: Surface): string {
  const states = nodes.map(stateOfNode);
  const [first] = states;
  if (first !== undefined && states.every((state) => state === first)) return stateLabel(surface, first);
  const counts = new Map<State, number>();
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${stateLabel(surface, state)}`).join(", ");
}

function stateWords({ nodes }: Row): string {
  return [...new Set(nodes.map(stateOfNode))].join(",");
}

function stateOfNode(node: WorkflowNode): State {
  return stateOf(node);
}

/** What it took, or what history says. */
function secondsOf({ started_at, completed_at, duration_p50 }: WorkflowNode): number | undefined {
  if (started_at === null || completed_at === null) return duration_p50 ?? undefined;
  return (epochMs(completed_at) - epochMs(started_at)) / 1000;
}

function longestSeconds(nodes: readonly WorkflowNode[]): number | undefined {
  const known = nodes.flatMap((node) => (node.task_type === "internal" ? [] : (secondsOf(node) ?? [])));
  return known.length === 0 ? undefined : Math.max(...known);
}

function durationText(nodes: readonly WorkflowNode[]): string | undefined {
  const longest = longestSeconds(nodes);
  return longest === undefined ? undefined : formatDuration(longest);
}

function slackText(nodes: readonly WorkflowNode[]): string {
  if (nodes.some((node) => node.is_critical)) return "longest";
  return formatDuration(Math.min(...nodes.map((node) => node.slack_seconds)));
}

function endsText(nodes: readonly WorkflowNode[], surface: Surface): string {
  const last = nodes.findLast((node) => node.expected?.end !== undefined)?.expected;
  return last?.end === undefined ? "" : expectedText({ end: last.end }, surface).replace("ends ", "");
}

/** A graph in the language of Graphviz; the longest chain is bold. */
export function renderGraph(nodes: readonly WorkflowNode[]): string {
  const critical = new Set(nodes.filter((node) => node.is_critical).map(({ id }) => id));
  const lines = nodes.map((node) => {
    const label = `${node.name}\n${node.result ?? node.status}`;
    const style = node.is_critical ? ", style=bold" : "";
    return `  ${node.id} [label=${JSON.stringify(label)}, shape=${node.is_failed ? "octagon" : "box"}${style}];`;
  });
  const edges = nodes.flatMap(({ id, dependencies }) =>
    dependencies.map((from) => `  ${from} -> ${id}${critical.has(from) && critical.has(id) ? " [style=bold]" : ""};`),
  );
  return `digraph {\n  rankdir=LR;\n${[...lines, ...edges].join("\n")}\n}\n`;
}
