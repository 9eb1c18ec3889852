import { delimiterOf, readTable, type Row } from "../../history/import/delimited.ts";
import { linesOf } from "../../history/import/lines.ts";
import { readLotaruRow, readNextflowRow, readTovarRow, readWfcommonsRow } from "./rows.ts";
import type { Trace, TraceTask } from "./trace.ts";

/** A task before it has its number, and perhaps before it has a time of submission or what its user asked for. */
export type Draft = Omit<TraceTask, "id" | "submitMs" | "asked"> & {
  submitMs?: number | undefined;
  /** Names the execution of a workflow, where a trace holds several. */
  execution?: string;
  asked?: TraceTask["asked"];
};

/** The kinds of traces, by columns that only they have. */
const KINDS: { columns: string[]; read: (row: Row) => Draft | undefined }[] = [
  { columns: ["process", "realtime", "submit"], read: readNextflowRow },
  { columns: ["task_type", "started_at", "runtime_s"], read: readWfcommonsRow },
  { columns: ["Task", "Realtime", "TaskInputSize"], read: readLotaruRow },
  { columns: ["category", "wall_time", "memory"], read: readTovarRow },
];

const GIB = 1024 ** 3;

/**
 * Reads a trace: Nextflow's (raw units, tabs or commas), or one of the kinds of `../shared/data`. Undefined when
 * it is of no known kind.
 */
export function readTrace(text: string): Trace | undefined {
  const lines = linesOf(text);
  const table = readTable(lines, delimiterOf(lines[0]?.text ?? "", ["\t", ",", ";"]));
  const kind = KINDS.find(({ columns }) => columns.every((column) => table?.columns.includes(column)));
  if (table === undefined || kind === undefined) return undefined;
  const drafts = table.rows.flatMap((row) => ("problem" in row ? [] : (kind.read(row) ?? [])));
  return traceOf(drafts, table.rows.length - drafts.length);
}

/** A trace of these tasks; what they lack is made up, and `notes` says so. */
export function traceOf(drafts: readonly Draft[], left_out: number): Trace {
  const notes: string[] = [];
  const timed = withTimes(drafts, notes);
  const asked = withAsked(timed, notes);
  asked.sort((a, b) => a.submitMs - b.submitMs);
  return { tasks: asked.map((task, index) => ({ ...task, id: index + 1 })), left_out, notes };
}

type Timed = Draft & { submitMs: number };

function withTimes(drafts: readonly Draft[], notes: string[]): Timed[] {
  if (drafts.some(({ submitMs }) => submitMs === undefined)) {
    notes.push("it has no times: all is submitted at once");
    return drafts.map((draft) => ({ ...draft, submitMs: 0 }));
  }
  const timed = drafts as Timed[]; // just checked
  const executions = [...Map.groupBy(timed, ({ execution }) => execution ?? "").values()];
  if (executions.length < 2) return timed;
  notes.push(`its ${executions.length} executions are put one after the other, without the time between them`);
  const spans = executions.map((own) => ({
    own,
    fromMs: Math.min(...own.map((task) => task.submitMs)),
    toMs: Math.max(...own.map((task) => task.submitMs + task.seconds * 1000)),
  }));
  spans.sort((a, b) => a.fromMs - b.fromMs);
  let startMs = 0;
  return spans.flatMap(({ own, fromMs, toMs }) => {
    const shiftMs = startMs - fromMs;
    startMs += toMs - fromMs;
    return own.map((task) => ({ ...task, submitMs: task.submitMs + shiftMs }));
  });
}

/** Where users' own requests are not known, a careful user is imagined, who asks for what the largest run of the task needed. */
function withAsked(drafts: readonly Timed[], notes: string[]): (Timed & Pick<TraceTask, "asked">)[] {
  const peaks = new Map<string, { memory: number; cpus: number; seconds: number }>();
  for (const { key, memory, cpus, seconds } of drafts) {
    const peak = peaks.get(key.task_name) ?? { memory: 0, cpus: 0, seconds: 0 };
    peaks.set(key.task_name, {
      memory: Math.max(peak.memory, memory),
      cpus: Math.max(peak.cpus, cpus),
      seconds: Math.max(peak.seconds, seconds),
    });
  }
  if (drafts.some(({ asked }) => asked?.memory === undefined)) {
    notes.push(
      "it does not say what users asked for: the task's largest peak, in whole GiB, and whole cores, is taken",
    );
  }
  return drafts.map((draft) => {
    const peak = peaks.get(draft.key.task_name) ?? { memory: draft.memory, cpus: draft.cpus, seconds: draft.seconds };
    const imagined = {
      memory: Math.ceil(peak.memory / GIB) * GIB,
      cpu_count: Math.max(1, Math.ceil(peak.cpus)),
      duration: Math.max(3600, 2 * peak.seconds),
    };
    return { ...draft, asked: { ...imagined, ...draft.asked } };
  });
}
