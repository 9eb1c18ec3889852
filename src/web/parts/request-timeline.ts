import type { VNode } from "preact";
import { epochMs } from "../../domain/clock.ts";
import type { Event } from "../../domain/event.ts";
import { resultOf } from "../../domain/outcome.ts";
import { outcomeText } from "../../domain/outcome-text.ts";
import type { Run } from "../../domain/run.ts";
import { formatDuration } from "../../domain/units.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { timelineChart, type Lane, type Span, type SpanKind } from "../charts/timeline.ts";
import type { AnswerData } from "./answers.ts";

/** A request's time: why it waited when, and each of its runs; undefined before there is anything to see. */
export function requestTimeline(data: AnswerData): VNode | undefined {
  const { request, runs, now } = data;
  const nowMs = epochMs(now);
  const isOver = request.status === "completed" || request.status === "aborted";
  const waits = waitingSpans(data);
  const lanes: Lane[] = [
    ...(waits.length === 0 ? [] : [waitingLane(waits)]),
    ...runs.map((run) => runLane(run, request, nowMs)),
  ];
  const spans = lanes.flatMap((lane) => lane.spans);
  if (spans.length === 0) return undefined;
  const [first, last] = [Math.min(...spans.map(({ from }) => from)), Math.max(...spans.map(({ to }) => to))];
  return timelineChart({
    sentence: sentence(waits, runs, isOver, nowMs),
    lanes,
    range: [first, Math.max(last, first + 1000)],
    ...(!isOver && { now: nowMs }),
  });
}

function sentence(waits: readonly Span[], runs: readonly Run[], isOver: boolean, nowMs: number): string {
  const seconds = (parts: readonly { from: number; to: number }[]) =>
    formatDuration(parts.reduce((sum, { from, to }) => sum + to - from, 0) / 1000);
  const ran = runs.flatMap(({ started_at, ended_at }) =>
    started_at === null
      ? []
      : [
          {
            from: epochMs(started_at),
            to: Math.max(epochMs(started_at), ended_at === null ? nowMs : epochMs(ended_at)),
          },
        ],
  );
  const none = isOver ? "never ran" : "has not run yet";
  const what = ran.length === 0 ? none : `ran ${seconds(ran)}${ran.length > 1 ? ` in ${ran.length} runs` : ""}`;
  return `It waited ${seconds(waits)} and ${what}.`;
}

/** The reason that it waited for longest stands in the picture; the others are read in it. */
function waitingLane(waits: readonly Span[]): Lane {
  const longest = waits.toSorted((a, b) => b.to - b.from - (a.to - a.from))[0];
  const spans = waits.map((span) => ({
    ...span,
    text: `${formatDuration((span.to - span.from) / 1000)} ${span.text}`,
  }));
  return { name: "waiting", title: `waiting ${longest?.text ?? ""}`, spans };
}

/** What it waited for, one span for each reason. */
function waitingSpans({ request, events, now }: AnswerData): Span[] {
  const spans: Span[] = [];
  let open: { from: number; why: string } | undefined = {
    from: epochMs(request.created_at),
    why:
      request.unblock_strategy === "manual"
        ? "for a person"
        : request.dependencies.length > 0
          ? "for what it runs after"
          : "to be looked at",
  };
  const close = (to: number) => {
    if (open !== undefined && to > open.from) spans.push({ from: open.from, to, kind: "waiting", text: open.why });
  };
  for (const event of events) {
    const why = reasonAfter(event, open?.why);
    if (why === open?.why) continue;
    const at = epochMs(event.at);
    close(at);
    open = why === undefined ? undefined : { from: at, why };
  }
  close(epochMs(request.completed_at ?? request.aborted?.at ?? now));
  return spans;
}

/** Why it waits after an event; undefined: it does not. */
function reasonAfter({ kind, data }: Event, before: string | undefined): string | undefined {
  switch (kind) {
    case "waiting":
      return typeof data["message"] === "string" ? `because ${data["message"]}` : before;
    case "unblocked":
      return "to be planned";
    case "retried":
      return "for another run";
    case "placed":
    case "completed":
    case "aborted":
      return undefined;
    default:
      return before;
  }
}

function runLane(run: Run, { expected, status }: WorkRequest, nowMs: number): Lane {
  const assigned = epochMs(run.assigned_at);
  const started = run.started_at === null ? undefined : epochMs(run.started_at);
  const ended = run.ended_at === null ? nowMs : epochMs(run.ended_at);
  const spans: Span[] = [];
  const add = (from: number, to: number, kind: SpanKind, text: string) => {
    if (to > from) spans.push({ from, to, kind, text });
  };
  add(assigned, started ?? ended, "starting", `${formatDuration(((started ?? ended) - assigned) / 1000)} to start`);
  if (started !== undefined) {
    const took = formatDuration((ended - started) / 1000);
    add(
      started,
      ended,
      kindOf(run),
      run.outcome === null ? `runs for ${took}` : `${took}, ${outcomeText(run.outcome)}`,
    );
  }
  const end = expected?.end;
  if (run.outcome === null && status === "running" && end !== undefined) {
    const [half, most] = [Math.max(nowMs, epochMs(end.p50)), epochMs(end.p90)];
    add(nowMs, half, "expected", "half of the runs like it took at least so long");
    add(half, most, "ending", "should end in here");
  }
  return { name: `run ${run.attempt} on ${run.worker_name}`, spans };
}

/** How a run's span looks: as its end, or as running. */
export function kindOf(run: Pick<Run, "outcome">): SpanKind {
  return run.outcome === null ? "running" : (resultOf(run.outcome) ?? "aborted");
}
