import { epochMs, timestamp, type Timestamp } from "../../../domain/clock.ts";
import { inGoingOrder, type GoingOrder } from "../../../domain/going-order.ts";
import type { OverviewData } from "../../../web/pages/overview.ts";
import type { LoopContext } from "../../loop/context.ts";
import { expectedTimes, withExpectedTimes } from "../../loop/planning/expected-times.ts";
import { workerStandings, type WorkerStandings } from "../../loop/worker-standings.ts";
import { publicRun } from "../public-run.ts";
import type { WeekOfWaste } from "./week-of-waste.ts";

const OVERVIEW_ROWS = 20;
/** Of each status; who was submitted first tells best for what the others wait as well. */
const LOOKED_AT_WAITING = 1_000;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** What waits, what runs, what ended, and where. */
export async function readOverview(context: LoopContext, week: WeekOfWaste, sort: GoingOrder): Promise<OverviewData> {
  const { read } = context.store;
  const lastEventId = await read.lastEventId();
  const fleet = await workerStandings(context);
  const since = timestamp(Math.floor((epochMs(fleet.now) - DAY_MS) / MINUTE_MS) * MINUTE_MS);
  const [counts, failures, first, blocked, oldest, ended, held] = await Promise.all([
    read.countByStatus(),
    read.failuresSince(since),
    firstToWait(context, fleet.now),
    read.workRequests({ status: "blocked" }, { limit: OVERVIEW_ROWS / 2 }),
    oldestWaiting(context),
    read.workRequests({ status: "completed", order: "ended" }, { limit: OVERVIEW_ROWS / 2 }),
    week(),
  ]);
  const waiting = await withExpectedTimes(context, [...first, ...blocked.items.toReversed()]);
  const going = await firstOfGoing(context, fleet, sort);
  return {
    ...fleet,
    lastEventId,
    counts,
    failed: { ...failures, since },
    reasons: await readReasons(context, counts),
    oldest,
    waiting,
    going,
    sort,
    ended: ended.items,
    week: held,
  };
}

/** What runs, in that order as far as the page goes; the times are those by which it was put in order. */
async function firstOfGoing(
  context: LoopContext,
  { runsOf }: WorkerStandings,
  sort: GoingOrder,
): Promise<OverviewData["going"]> {
  const { read } = context.store;
  const times = await expectedTimes(context);
  const sorted = inGoingOrder([...runsOf.values()].flat(), sort, ({ work_request_id: id }) => ({
    id,
    expected: times.get(id),
  }));
  const found = await Promise.all(
    sorted
      .slice(0, OVERVIEW_ROWS)
      .map(async (load) => ({ request: await read.workRequest(load.work_request_id), run: await read.run(load.id) })),
  );
  return found.flatMap(({ request, run }) => {
    if (request === undefined || run === undefined) return [];
    const expected = times.get(request.id);
    return [{ request: { ...request, ...(expected !== undefined && { expected }) }, run: publicRun(run) }];
  });
}

/** When the one was submitted that waits longest. */
async function oldestWaiting({ store: { read } }: LoopContext): Promise<Timestamp | undefined> {
  const groups = await Promise.all([read.waitingFor("pending", 1), read.waitingFor("blocked", 1)]);
  const requests = await Promise.all(groups.flat().map(({ first_id }) => read.workRequest(first_id)));
  return requests.flatMap((request) => request?.created_at ?? []).sort()[0];
}

/** For what requests wait, where they are more than one can read. */
async function readReasons({ store: { read } }: LoopContext, counts: OverviewData["counts"]) {
  if (counts.pending + counts.blocked <= OVERVIEW_ROWS) return [];
  const [pending, blocked] = await Promise.all([
    read.waitingFor("pending", LOOKED_AT_WAITING),
    read.waitingFor("blocked", LOOKED_AT_WAITING),
  ]);
  return [
    { status: "pending" as const, looked: LOOKED_AT_WAITING, groups: pending },
    { status: "blocked" as const, looked: LOOKED_AT_WAITING, groups: blocked },
  ];
}

/** Those that could run, the longest pending first. */
async function firstToWait({ store: { read } }: LoopContext, now: Timestamp) {
  const pending = await read.pending(now, OVERVIEW_ROWS);
  const requests = await Promise.all(pending.map(({ id }) => read.workRequest(id)));
  return requests.filter((request) => request !== undefined).sort((a, b) => a.id - b.id);
}
