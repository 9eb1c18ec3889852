import { z } from "zod";
import { parseOrThrow } from "../../../contract/validation.ts";
import { timestamp } from "../../../domain/clock.ts";
import { WASTE_DAYS, wastePage } from "../../../web/pages/waste.ts";
import { accuracyReport } from "../../loop/accuracy.ts";
import { adviceFor } from "../../loop/advice.ts";
import type { LoopContext } from "../../loop/context.ts";
import { given, type AddPage } from "./given.ts";

const DAY_MS = 86_400_000;
/** More spans than this are weeks. */
const MOST_DAYS = 31;

const wasteQuery = z.object({ days: z.coerce.number().pipe(z.literal(WASTE_DAYS)).default(30) });

/** What was reserved and not used. */
export function addWastePage(page: AddPage, { store: { read }, clock }: LoopContext): void {
  page("/waste", async (frame, { query }) => {
    const { days } = parseOrThrow(wasteQuery, given(query), "invalid-request");
    const nowMs = clock.nowMs();
    const since = timestamp(nowMs - (days - 1) * DAY_MS);
    const report = await accuracyReport(read, { since, by: days > MOST_DAYS ? "week" : "day" }, nowMs);
    return wastePage(frame, { days, report, advice: await adviceFor(read, undefined, nowMs) });
  });
}
