import { assertNever } from "../../domain/assert-never.ts";
import type { Firing, Schedule } from "../../domain/schedule.ts";
import { formatAgo, formatMoment } from "./relative-time.ts";
import { sanitizeText } from "./sanitize.ts";
import type { Surface } from "./surface.ts";
import type { Column } from "./table.ts";

/** The columns of `almanac schedule ls`. */
export function scheduleColumns(surface: Surface): Column<Schedule>[] {
  return [
    { header: "NAME", cell: ({ name }) => name },
    { header: "CRON", cell: ({ cron }) => cron },
    { header: "ZONE", cell: ({ time_zone }) => time_zone },
    { header: "MISSED", cell: ({ missed }) => missed },
    { header: "NEXT", cell: (schedule) => nextText(schedule, surface) },
    { header: "LAST", cell: ({ last_firing: last }) => (last === null ? "never" : formatAgo(last.due_at, surface)) },
    {
      header: "DID",
      cell: ({ last_firing: last }) => (last === null ? "" : sanitizeText(becameText(last))),
      shrinkTo: 10,
    },
  ];
}

/** A schedule in two lines: when, and when next. */
export function renderSchedule(schedule: Schedule, surface: Surface): string {
  const { name, cron, time_zone, missed, created_by } = schedule;
  return (
    sanitizeText(`${name}: ${cron} in ${time_zone}, missed times: ${missed}, by ${created_by}`) +
    `\n  next: ${nextText(schedule, surface)}\n`
  );
}

/** `2026-11-22 03:00:00  submitted #12`. */
export function firingText(firing: Firing, surface: Surface): string {
  return `${formatMoment(firing.due_at, surface)}  ${sanitizeText(becameText(firing))}`;
}

function nextText({ is_paused, next_at }: Schedule, surface: Surface): string {
  if (is_paused) return "paused";
  if (next_at === null) return "never";
  return surface.isTty ? `${formatMoment(next_at, surface)} (${formatAgo(next_at, surface)})` : next_at;
}

function becameText(firing: Firing): string {
  const more = firing.skipped_count === 0 ? "" : `, ${firing.skipped_count} earlier skipped`;
  const asked = firing.asked_by === null ? "" : `, asked for by ${firing.asked_by}`;
  return `${doneText(firing)}${more}${asked}`;
}

function doneText({ kind, work_request_ids: ids, errors }: Firing): string {
  switch (kind) {
    case "submitted": {
      const shown = ids.slice(0, 5).map((id) => `#${id}`);
      return `submitted ${shown.join(" ")}${ids.length > shown.length ? ` and ${ids.length - shown.length} more` : ""}`;
    }
    case "skipped":
      return "skipped: it was missed";
    case "refused":
      return `refused: ${errors[0]?.message ?? "no reason given"}`;
    default:
      return assertNever(kind);
  }
}
