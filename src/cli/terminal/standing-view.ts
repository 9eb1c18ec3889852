import { epochMs } from "../../domain/clock.ts";
import type { FarmStanding, WaitingStatus } from "../../domain/farm-standing.ts";
import { formatBytes, formatCores, formatDuration, formatShare, wholeNumber } from "../../domain/units.ts";
import { waitingWord } from "../../domain/waiting-words.ts";
import { heldText } from "./accuracy-view.ts";
import { symbols } from "./glyph.ts";
import { bar } from "./spark.ts";
import type { Surface } from "./surface.ts";
import { renderTable } from "./table.ts";

/** What most wait for; the pages and `--json` name all. */
const REASONS_SHOWN = 4;
const BAR_COLUMNS = 16;

/** What `almanac stats` prints: for people some lines, for programs each number on its own, by its name in the API's answer. */
export function renderStanding(standing: FarmStanding, surface: Surface): string {
  if (!surface.isTty) return numberLines("", standing);
  const rows = [
    ["waiting", waitingText(standing, "pending")],
    ...reasonLines(standing, "pending"),
    ["blocked", waitingText(standing, "blocked")],
    ...reasonLines(standing, "blocked"),
    ["running", wholeNumber(standing.counts.running)],
    ["failed", failedText(standing)],
    ["workers", workersText(standing)],
    ...heldLines(standing, surface),
    ...weekLines(standing, surface),
  ];
  return renderTable([column(0), column(1)], rows, surface, { hasHeader: false });
}

function column(at: 0 | 1) {
  return { header: "", cell: (row: readonly string[]) => row[at] ?? "" };
}

/** `12, the longest #5120 for 22m20s`. */
function waitingText({ counts, waiting, now }: FarmStanding, status: WaitingStatus): string {
  const { longest } = waiting[status];
  if (longest === null) return String(counts[status]);
  const seconds = Math.max(0, epochMs(now) - epochMs(longest.since)) / 1000;
  return `${wholeNumber(counts[status])}, the longest #${longest.work_request_id} for ${formatDuration(seconds)}`;
}

function reasonLines({ counts, waiting }: FarmStanding, status: WaitingStatus): string[][] {
  const { groups, looked } = waiting[status];
  const of = looked < counts[status] ? ` of the first ${wholeNumber(looked)}` : "";
  return groups
    .slice(0, REASONS_SHOWN)
    .map(({ code, count, first_id }) => [
      "",
      `  ${wholeNumber(count)}${of}: ${waitingWord(status, code)}, the first #${first_id}`,
    ]);
}

function failedText({ failed: { failure, error, regression } }: FarmStanding): string {
  const regressions = regression === 1 ? "1 regression" : `${regression} regressions`;
  return `${failure} in 24 hours, ${regressions}${error > 0 ? `; ${error} more in error` : ""}`;
}

function workersText({ workers: { online, draining, offline } }: FarmStanding): string {
  const parts = [
    `${online + draining} of ${online + draining + offline} online`,
    ...(draining > 0 ? [`${draining} draining`] : []),
  ];
  return parts.join(", ");
}

/** `memory   71 % reserved, 49 % used of 1.5T`. */
function heldLines({ held }: FarmStanding, surface: Surface): string[][] {
  const line = (name: string, { capacity, reserved, used }: FarmStanding["held"]["memory"], total: string) => {
    if (capacity <= 0) return [name, symbols(surface).none];
    const share = (amount: number) => `${Math.round((amount / capacity) * 100)} %`;
    return [
      name,
      `${bar(reserved / capacity, BAR_COLUMNS, surface)} ${share(reserved)} reserved, ${share(used)} used of ${total}`,
    ];
  };
  return [
    line("memory", held.memory, formatBytes(held.memory.capacity)),
    line("disk", held.disk_space, formatBytes(held.disk_space.capacity)),
    line("cores", held.cpu_count, formatCores(held.cpu_count.capacity)),
  ];
}

function weekLines({ week }: FarmStanding, surface: Surface): string[][] {
  if (week === null || week.wasted_share === null) return [];
  const saved = week.saved > 0 ? [`${heldText("memory", week.saved, surface)} saved by sizing`] : [];
  return [["7 days", [...saved, `${formatShare(week.wasted_share)} of reserved memory not used`].join(", ")]];
}

/** `counts.pending`, a tab, `12`; lists are left out. */
function numberLines(name: string, value: unknown): string {
  if (Array.isArray(value)) return "";
  if (typeof value === "object" && value !== null) {
    const prefix = name === "" ? "" : `${name}.`;
    return Object.entries(value)
      .map(([field, part]) => numberLines(`${prefix}${field}`, part))
      .join("");
  }
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  return `${name}\t${text}\n`;
}
