import type { VNode } from "preact";
import { epochMs, type Timestamp } from "../../domain/clock.ts";
import type { WorkflowNode } from "../../domain/workflow.ts";
import { formatDuration } from "../../domain/units.ts";
import { timelineChart, type Lane, type Span, type SpanKind } from "../charts/timeline.ts";
import type { Fold } from "./fold-workflow.ts";
import { stateOf, type State } from "./state.ts";

/** What the picture of a workflow's time is made from. */
export type WorkflowTime = {
  folds: readonly Fold[];
  now: Timestamp;
  isOver: boolean;
  /** Where a lane leads; undefined: nowhere. */
  addressOf: (fold: Fold) => string | undefined;
};

const MOST_NAMES = 5;

/**
 * A lane for each fold, in the order of the graph and of its list: when its requests waited and ran, and when they should
 * run. Undefined while nothing can be said of any.
 */
export function workflowTimeline({ folds, now, isOver, addressOf }: WorkflowTime): VNode | undefined {
  const nowMs = epochMs(now);
  const lanes = folds.flatMap((fold): Lane[] => {
    const spans = spansOf(fold, nowMs).map((span) => ({ ...span, href: addressOf(fold) }));
    if (spans.length === 0) return [];
    return [{ name: fold.name, title: `${fold.name}${fold.members.length > 1 ? `: ${countText(fold)}` : ""}`, spans }];
  });
  if (lanes.length === 0) return undefined;
  const spans = lanes.flatMap((lane) => lane.spans);
  const [first, last] = [Math.min(...spans.map(({ from }) => from)), Math.max(...spans.map(({ to }) => to))];
  const hasRun = spans.some(({ kind }) => kind !== "waiting" && kind !== "expected" && kind !== "ending");
  const what = hasRun ? "When each waited and ran" : "Nothing of it has run yet: when each should run";
  const rest = hasRun && !isOver ? ", and should run from now on" : "";
  const drawn = new Set(lanes.map(({ name }) => name));
  const missing = folds.filter(({ name }) => !drawn.has(name));
  const names = missing.length > MOST_NAMES ? `${missing.length} of them` : missing.map(({ name }) => name).join(", ");
  const unknown = missing.length === 0 ? "" : ` Of ${names} nothing can be said yet.`;
  return timelineChart({
    sentence: `${what}${rest}.${unknown}`,
    lanes,
    range: [first, Math.max(last, first + 1000)],
    ...(!isOver && { now: nowMs }),
  });
}

/** `57 success, 2 running`. */
export function countText({ members }: Pick<Fold, "members">): string {
  return [...Map.groupBy(members, stateOf)].map(([state, list]) => `${list.length} ${state}`).join(", ");
}

function spansOf({ members, state }: Fold, nowMs: number): Span[] {
  const worked = merged(members.flatMap((member) => workedOf(member, nowMs)));
  const kind = members.some(({ status }) => status === "running") ? "running" : kindOfState(state);
  const spans = worked.map((stretch): Span => {
    const seconds = formatDuration((stretch.to - stretch.from) / 1000);
    return {
      ...stretch,
      kind,
      text: members.length > 1 ? `${seconds}: ${countText({ members })}` : `${seconds}, ${state}`,
    };
  });
  const waits = waitOf(members, worked[0]?.from ?? endOf(members, nowMs));
  return [...(waits === undefined ? [] : [waits]), ...spans, ...expectedOf(members, nowMs)];
}

type Stretch = { from: number; to: number };

function workedOf({ started_at, completed_at, status }: WorkflowNode, nowMs: number): Stretch[] {
  if (started_at === null) return [];
  const from = epochMs(started_at);
  if (completed_at === null && status !== "running") return [];
  return [{ from, to: Math.max(from, completed_at === null ? nowMs : epochMs(completed_at)) }];
}

/** Stretches that touch become one. */
function merged(stretches: readonly Stretch[]): Stretch[] {
  const all: Stretch[] = [];
  for (const stretch of stretches.toSorted((a, b) => a.from - b.from)) {
    const before = all.at(-1);
    if (before === undefined || stretch.from > before.to) all.push({ ...stretch });
    else before.to = Math.max(before.to, stretch.to);
  }
  return all;
}

/** When the last of them ended without having run; now, while one has not. */
function endOf(members: readonly WorkflowNode[], nowMs: number): number {
  return Math.max(...members.map(({ completed_at }) => (completed_at === null ? nowMs : epochMs(completed_at))));
}

/** From the moment at which the first of them could have run, until the first did, or now. */
function waitOf(members: readonly WorkflowNode[], until: number): Span | undefined {
  const since = members.flatMap(({ pending_at }) => (pending_at === null ? [] : [epochMs(pending_at)]));
  const from = least(since);
  if (from === undefined || from >= until) return undefined;
  return { from, to: until, kind: "waiting", text: `waited ${formatDuration((until - from) / 1000)}` };
}

/** From now, or when the first of them should start, until the last should have ended. */
function expectedOf(members: readonly WorkflowNode[], nowMs: number): Span[] {
  const times = members.flatMap(({ expected }) => (expected?.end === undefined ? [] : [expected]));
  const starts = times.map(({ start }) => (start === undefined ? nowMs : epochMs(start.p50)));
  const begin = least(starts);
  if (begin === undefined) return [];
  const from = Math.max(nowMs, begin);
  const half = Math.max(from, ...times.map(({ end }) => (end === undefined ? from : epochMs(end.p50))));
  const most = Math.max(half, ...times.map(({ end }) => (end === undefined ? half : epochMs(end.p90))));
  const after = (at: number) => formatDuration((at - nowMs) / 1000);
  return [
    ...(half > from ? [{ from, to: half, kind: "expected", text: `should end in ${after(half)}` } as const] : []),
    ...(most > half
      ? [{ from: half, to: most, kind: "ending", text: `should have ended in ${after(most)} (p90)` } as const]
      : []),
  ];
}

function least(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.min(a, b));
}

/** What has not ended is drawn as running: only what has begun is drawn at all. */
function kindOfState(state: State): SpanKind {
  return state === "pending" || state === "blocked" ? "running" : state;
}
