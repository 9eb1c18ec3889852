import { inGoingOrder, type GoingOrder } from "../../../domain/going-order.ts";
import { runId, type WorkRequestId } from "../../../domain/ids.ts";
import type { ExpectedTimes } from "../../../domain/work-request.ts";
import type { OverviewData } from "../../../web/pages/overview.ts";
import type { LoopContext } from "../../loop/context.ts";
import { farmStanding } from "../../loop/farm-standing.ts";
import { expectedTimes, withExpectedTimes } from "../../loop/planning/expected-times.ts";
import { workerStandings } from "../../loop/worker-standings.ts";
import { publicRun } from "../public-run.ts";
import { readDrawnWorkers } from "./read-drawn-workers.ts";

const OVERVIEW_ROWS = 20;

/** How the farm stands, and of what waits, what runs and what ended, some rows. */
export async function readOverview(context: LoopContext, sort: GoingOrder): Promise<OverviewData> {
  const { read } = context.store;
  const lastEventId = await read.lastEventId();
  const reading = workerStandings(context);
  const [standing, fleet, waiting, going, ended] = await Promise.all([
    farmStanding(context, reading),
    readDrawnWorkers(context, reading),
    firstToWait(context),
    firstOfGoing(context, sort),
    read.workRequests({ status: "completed", order: "ended" }, { limit: OVERVIEW_ROWS / 2 }),
  ]);
  return { standing, lastEventId, ...fleet, waiting, going, sort, ended: ended.items };
}

/** What runs, in that order as far as the page goes; the times are those by which it was put in order. */
async function firstOfGoing(context: LoopContext, sort: GoingOrder): Promise<OverviewData["going"]> {
  const { read } = context.store;
  const times = await expectedTimes(context);
  const ids = await idsInOrder(context, times, sort);
  const found = await Promise.all(
    ids.map(async (id): Promise<OverviewData["going"]> => {
      const request = await read.workRequest(id);
      if (request?.status !== "running") return [];
      const run = await read.run(runId(id, request.run_count));
      const expected = times.get(id);
      return run === undefined
        ? []
        : [{ request: { ...request, ...(expected !== undefined && { expected }) }, run: publicRun(run) }];
    }),
  );
  return found.flat().slice(0, OVERVIEW_ROWS);
}

/** So many more are read, for some may have ended since the times were worked out. */
const SPARE_ROWS = 10;

/** What is known to end at some time; where these are few, what else runs. */
async function idsInOrder(
  context: LoopContext,
  times: ReadonlyMap<WorkRequestId, ExpectedTimes>,
  sort: GoingOrder,
): Promise<WorkRequestId[]> {
  const most = OVERVIEW_ROWS + SPARE_ROWS;
  // what waits is known by its start
  const running = [...times].flatMap(([id, expected]) => (expected.start === undefined ? [{ id, expected }] : []));
  const known = inGoingOrder(running, sort, (one) => one)
    .slice(0, most)
    .map(({ id }) => id);
  if (known.length === most) return known;
  const others = await context.store.read.runningRequests(most);
  return [...new Set([...known, ...others])].slice(0, most);
}

/** Those that could run first, the longest pending first, and the newest that are blocked. */
async function firstToWait(context: LoopContext) {
  const { read } = context.store;
  const [pending, blocked] = await Promise.all([
    read.pending(await read.now(), OVERVIEW_ROWS),
    read.workRequests({ status: "blocked" }, { limit: OVERVIEW_ROWS / 2 }),
  ]);
  const requests = await Promise.all(pending.map(({ id }) => read.workRequest(id)));
  const first = requests.filter((request) => request !== undefined).sort((a, b) => a.id - b.id);
  return withExpectedTimes(context, [...first, ...blocked.items.toReversed()]);
}
