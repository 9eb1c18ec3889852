import { z } from "zod";
import { routes } from "../../../contract/routes.ts";
import { parseOrThrow } from "../../../contract/validation.ts";
import { timestamp } from "../../../domain/clock.ts";
import { accuracyPage } from "../../../web/pages/accuracy.ts";
import { wastePage } from "../../../web/pages/waste.ts";
import { PERIOD_DAYS } from "../../../web/parts/periods.ts";
import { accuracyReport, type AccuracyQuery } from "../../loop/accuracy.ts";
import { adviceFor } from "../../loop/advice.ts";
import type { LoopContext } from "../../loop/context.ts";
import { given, type AddPage } from "./given.ts";

const DAY_MS = 86_400_000;
/** More spans than this are weeks. */
const MOST_DAYS = 31;

const period = { days: z.coerce.number().pipe(z.literal(PERIOD_DAYS)).default(30) };
const wasteQuery = z.object(period);
const { task_type, task_name } = routes.accuracy.query.shape;
const accuracyQuery = z.object({ ...period, task_type, task_name });

/** How good the estimates were, and what was reserved and not used. */
export function addAccuracyPages(page: AddPage, { store: { read }, clock }: LoopContext): void {
  const reportOf = (days: number, task: Pick<AccuracyQuery, "task_type" | "task_name"> = {}) => {
    const nowMs = clock.nowMs();
    const since = timestamp(nowMs - (days - 1) * DAY_MS);
    return accuracyReport(read, { ...task, since, by: days > MOST_DAYS ? "week" : "day" }, nowMs);
  };
  page("/waste", async (frame, { query }) => {
    const { days } = parseOrThrow(wasteQuery, given(query), "invalid-request");
    const [report, advice] = await Promise.all([reportOf(days), adviceFor(read, undefined, clock.nowMs())]);
    return wastePage(frame, { days, report, advice });
  });
  page("/accuracy", async (frame, { query }) => {
    const asked = parseOrThrow(accuracyQuery, given(query), "invalid-request");
    const { days, task_name: name } = asked;
    const task = name === undefined ? undefined : { task_type: asked.task_type ?? "worker", task_name: name };
    return accuracyPage(frame, { days, task, report: await reportOf(days, task) });
  });
}
