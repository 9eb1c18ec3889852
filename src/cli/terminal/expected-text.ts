import { epochMs } from "../../domain/clock.ts";
import type { ExpectedRange } from "../../domain/work-request.ts";
import { formatDuration } from "../../domain/units.ts";
import { formatSpan } from "./relative-time.ts";
import type { Surface } from "./surface.ts";

/** As a record has it, or as the API's answer has it, where what is absent may be undefined. */
export type ShownTimes = {
  start?: ExpectedRange | undefined;
  end?: ExpectedRange | undefined;
  overdue_seconds?: number | undefined;
};

/** `starts in 8–13m, ends in 20–40m`, `ends in 2–3m`, `late by 40s; ends in 1–4m`: medians and what nine of ten keep to. */
export function expectedText(expected: ShownTimes, surface: Surface): string {
  const { start, end, overdue_seconds: late } = expected;
  const parts = [
    ...(start === undefined ? [] : [startText(start, surface)]),
    ...(end === undefined ? [] : [`ends in ${spanText(end, surface)}`]),
  ];
  const text = parts.join(", ");
  return late === undefined ? text : `late by ${formatDuration(late)}; ${text}`;
}

/** `starts in 8–13m`, `starts now`. */
export function startText(start: ExpectedRange, surface: Surface): string {
  const isNow = epochMs(start.p90) - surface.nowMs < 1000;
  return isNow ? "starts now" : `starts in ${spanText(start, surface)}`;
}

function spanText({ p50, p90 }: ExpectedRange, surface: Surface): string {
  const seconds = (at: string) => (epochMs(at) - surface.nowMs) / 1000;
  return formatSpan(seconds(p50), seconds(p90), surface);
}
