import { z } from "zod";
import { routes } from "../../../contract/routes.ts";
import { parseOrThrow } from "../../../contract/validation.ts";
import { DAY_MS, timestamp } from "../../../domain/clock.ts";
import type { SpareWorkers } from "../../../domain/waste.ts";
import { accuracyPage } from "../../../web/pages/accuracy.ts";
import { SHOWN_GROUPS, wastePage } from "../../../web/pages/waste.ts";
import { PERIOD_DAYS } from "../../../web/parts/periods.ts";
import { accuracyReport, type AccuracyQuery } from "../../loop/accuracy.ts";
import { adviceFor } from "../../loop/advice.ts";
import type { LoopContext } from "../../loop/context.ts";
import { spareWorkersSince } from "../../loop/spare-workers.ts";
import { wasteReport } from "../../loop/waste.ts";
import { given, type AddPage } from "./given.ts";
import { remembering } from "../../loop/remember.ts";

/** Which workers could go costs a tenth of a second on a busy farm, and is a matter of days. */
const FRESH_MS = 60_000;
/** More spans than this are weeks. */
const MOST_DAYS = 31;

const period = { days: z.coerce.number().pipe(z.literal(PERIOD_DAYS)).default(30) };
const wasteQuery = z.object({ ...period, by: z.enum(SHOWN_GROUPS).default("task") });
const { task_type, task_name } = routes.accuracy.query.shape;
const accuracyQuery = z.object({ ...period, task_type, task_name });

/** How good the estimates were, and what was reserved and not used. */
export function addAccuracyPages(page: AddPage, context: LoopContext): void {
  const { clock } = context;
  const { read } = context.store;
  const sinceOf = (days: number) => timestamp(clock.nowMs() - (days - 1) * DAY_MS);
  const reportOf = (days: number, task: Pick<AccuracyQuery, "task_type" | "task_name"> = {}) =>
    accuracyReport(read, { ...task, since: sinceOf(days), by: days > MOST_DAYS ? "week" : "day" }, clock.nowMs());
  const spareOf = remembering<SpareWorkers>(clock, FRESH_MS);
  page("/waste", async (frame, { query }) => {
    const { days, by } = parseOrThrow(wasteQuery, given(query), "invalid-request");
    const now = await read.now();
    const [report, spare, advised, groups] = await Promise.all([
      reportOf(days),
      spareOf(String(days), () => spareWorkersSince(context, sinceOf(days))),
      adviceFor(read, undefined, clock.nowMs()),
      by === "task" ? undefined : wasteReport(read, { by, since: sinceOf(days) }),
    ]);
    return wastePage(frame, { days, report, spare, groups, now, ...advised });
  });
  page("/accuracy", async (frame, { query }) => {
    const asked = parseOrThrow(accuracyQuery, given(query), "invalid-request");
    const { days, task_name: name } = asked;
    const task = name === undefined ? undefined : { task_type: asked.task_type ?? "worker", task_name: name };
    return accuracyPage(frame, { days, task, report: await reportOf(days, task) });
  });
}
