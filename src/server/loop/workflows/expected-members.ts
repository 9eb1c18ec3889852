import { epochMs, timestamp, type Timestamp } from "../../../domain/clock.ts";
import type { WorkRequestId } from "../../../domain/ids.ts";
import type { ExpectedRange, ExpectedTimes } from "../../../domain/work-request.ts";
import type { TimeRange } from "../../../schedule/forecast.ts";
import { forecastGraph, type OpenNode } from "../../../schedule/graph-forecast.ts";
import type { MemberRow } from "../../store/store.ts";
import type { LoopContext } from "../context.ts";
import { hasEnded } from "../transitions.ts";

/** When the requests of a workflow, and the whole of it, should start and end, as far as that can be said. */
export type MemberTimes = { byId: ReadonlyMap<WorkRequestId, ExpectedTimes>; whole?: ExpectedTimes };

/** The 90th percentile of a log-normal lies so far from its median, on the way to the 95th. */
const P90_OF_P95 = 1.2816 / 1.6449;

/**
 * When they should. Of what waits for others it is said from the predicted durations alone. What nobody knows the
 * duration of is taken to be as long as the others are; of the whole nothing is said where that is most of it.
 */
export async function expectedOfMembers(
  context: LoopContext,
  members: readonly MemberRow[],
  replaced: ReadonlyMap<WorkRequestId, WorkRequestId>,
  now: Timestamp,
  /** What is known of those that wait and run; nothing of a plan that is only looked at. */
  queue: ReadonlyMap<WorkRequestId, ExpectedTimes>,
): Promise<MemberTimes> {
  const open = members.filter((member) => !hasEnded(member));
  const usual = usualDuration(open);
  if (usual === undefined) return { byId: new Map() };
  const nodes = open.map((member) => openNode({ ...usual, ...present(member) }, replaced, queue.get(member.id), now));
  const { byId, whole } = forecastGraph(nodes, await coresOf(context), epochMs(now));
  const known = open.filter(({ duration_p50, task_type }) => duration_p50 !== null || task_type === "internal");
  return {
    byId: new Map(
      known.flatMap(({ id, status }) => {
        const times = byId.get(id);
        if (times === undefined) return [];
        const start = status === "running" ? {} : { start: rangeOf(times.start) };
        return [[id, queue.get(id) ?? { ...start, end: rangeOf(times.end) }]];
      }),
    ),
    whole: { end: rangeOf(whole) },
  };
}

type Durations = { duration_p50: number; duration_p95: number };

/** The mean of those that are known; undefined where most are not. */
function usualDuration(open: readonly MemberRow[]): Durations | undefined {
  const working = open.filter(({ task_type }) => task_type !== "internal");
  const known = working.flatMap(({ duration_p50, duration_p95 }) =>
    duration_p50 === null ? [] : [{ duration_p50, duration_p95: duration_p95 ?? duration_p50 }],
  );
  if (known.length === 0 || 2 * known.length < working.length) return undefined;
  const mean = (of: keyof Durations) => known.reduce((sum, one) => sum + one[of], 0) / known.length;
  return { duration_p50: mean("duration_p50"), duration_p95: mean("duration_p95") };
}

/** The request, without the durations that nobody knows; what is internal takes no time. */
function present(member: MemberRow): Omit<MemberRow, keyof Durations> & Partial<Durations> {
  const { duration_p50, duration_p95, ...rest } = member;
  if (member.task_type === "internal") return { ...rest, duration_p50: 0, duration_p95: 0 };
  return duration_p50 === null ? rest : { ...rest, duration_p50, duration_p95: duration_p95 ?? duration_p50 };
}

function openNode(
  member: Omit<MemberRow, keyof Durations> & Durations,
  replaced: ReadonlyMap<WorkRequestId, WorkRequestId>,
  expected: ExpectedTimes | undefined,
  now: Timestamp,
): OpenNode {
  const p50 = member.duration_p50;
  const p95 = Math.max(member.duration_p95, p50);
  const elapsed = member.started_at === null ? 0 : (epochMs(now) - epochMs(member.started_at)) / 1000;
  const p90 = p50 === 0 ? 0 : p50 * (p95 / p50) ** P90_OF_P95;
  return {
    id: member.id,
    dependencies: member.dependencies.map((id) => replaced.get(id) ?? id),
    p50: Math.max(0, p50 - elapsed),
    p90: Math.max(0, p90 - elapsed),
    ...(expected !== undefined && {
      known: {
        ...(expected.start !== undefined && { start: msOf(expected.start) }),
        ...(expected.end !== undefined && { end: msOf(expected.end) }),
      },
    }),
  };
}

/** How much can be done at once at most: a request takes a core, mostly. */
async function coresOf({ store }: LoopContext): Promise<number> {
  return (await store.read.workers()).reduce((sum, { capacity }) => sum + capacity.cpu_count, 0);
}

function msOf({ p50, p90 }: ExpectedRange): TimeRange {
  return { p50Ms: epochMs(p50), p90Ms: epochMs(p90) };
}

function rangeOf({ p50Ms, p90Ms }: TimeRange): ExpectedRange {
  return { p50: timestamp(Math.round(p50Ms)), p90: timestamp(Math.round(p90Ms)) };
}
