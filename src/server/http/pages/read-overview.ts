import { inGoingOrder, type GoingOrder } from "../../../domain/going-order.ts";
import type { OverviewData } from "../../../web/pages/overview.ts";
import type { LoopContext } from "../../loop/context.ts";
import { farmStanding } from "../../loop/farm-standing.ts";
import { expectedTimes, withExpectedTimes } from "../../loop/planning/expected-times.ts";
import { workerStandings, type WorkerStandings } from "../../loop/worker-standings.ts";
import { publicRun } from "../public-run.ts";

const OVERVIEW_ROWS = 20;

/** How the farm stands, and of what waits, what runs and what ended, some rows. */
export async function readOverview(context: LoopContext, sort: GoingOrder): Promise<OverviewData> {
  const { read } = context.store;
  const lastEventId = await read.lastEventId();
  const reading = workerStandings(context);
  const [standing, fleet, waiting, going, ended] = await Promise.all([
    farmStanding(context, reading),
    reading,
    firstToWait(context),
    reading.then((found) => firstOfGoing(context, found, sort)),
    read.workRequests({ status: "completed", order: "ended" }, { limit: OVERVIEW_ROWS / 2 }),
  ]);
  return { standing, lastEventId, ...fleet, waiting, going, sort, ended: ended.items };
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
