import type { MeasuredFigure, Measurement, RuntimeStatistics } from "../../domain/runtime-statistics.ts";
import { formatBytes, formatCores, formatDuration } from "../../domain/units.ts";
import { symbols } from "./glyph.ts";
import type { Surface } from "./surface.ts";

const LABEL_COLUMNS = 8;

/**
 * What a run used, in lines for people, each ending in a newline; what was not measured has no line. The finer figures
 * of the measurement are used where there are any.
 */
export function renderStatistics(
  statistics: RuntimeStatistics,
  measurement: Measurement | null,
  surface: Surface,
): string {
  const bound = (figure: MeasuredFigure): string =>
    measurement?.lower_bounds.includes(figure) === true ? symbols(surface).atLeast : "";
  const { memory = measurement?.memory_bytes, disk_space = measurement?.disk_bytes } = statistics;
  const seconds = measurement === null ? statistics.duration : measurement.duration_ms / 1000;
  const lines: [string, string | undefined][] = [
    ["time", seconds === undefined ? undefined : `${bound("duration")}${formatDuration(seconds)}`],
    ["cpu", cpuText(statistics, measurement, seconds, bound("cpu_time"))],
    [
      "memory",
      memory === undefined
        ? undefined
        : `${bound("memory")}${formatBytes(memory)}${memoryDetails(statistics, measurement)}`,
    ],
    [
      "disk",
      disk_space === undefined
        ? undefined
        : `${bound("disk_space")}${formatBytes(disk_space)}${freeText(statistics.available_disk_space)}`,
    ],
    ["i/o", ioText(measurement)],
    ["notes", notesText(measurement)],
  ];
  return lines
    .flatMap(([label, text]) => (text === undefined ? [] : [`  ${label.padEnd(LABEL_COLUMNS)}${text}\n`]))
    .join("");
}

/** `41m03s (38m00s user, 3m03s system), 3.3 of 8 cores`. */
function cpuText(
  statistics: RuntimeStatistics,
  measurement: Measurement | null,
  seconds: number | undefined,
  bound: string,
): string | undefined {
  const { cpu_user_ms: user, cpu_system_ms: system } = measurement ?? {};
  const isSplit = user !== undefined && system !== undefined;
  const cpuSeconds = isSplit ? (user + system) / 1000 : statistics.cpu_time;
  if (cpuSeconds === undefined) return undefined;
  const split = isSplit ? ` (${formatDuration(user / 1000)} user, ${formatDuration(system / 1000)} system)` : "";
  const all = statistics.cpu_count === undefined ? "" : ` of ${statistics.cpu_count}`;
  const cores = seconds === undefined || seconds <= 0 ? "" : `, ${formatCores(cpuSeconds / seconds)}${all} cores`;
  return `${bound}${formatDuration(cpuSeconds)}${split}${cores}`;
}

function memoryDetails(statistics: RuntimeStatistics, measurement: Measurement | null): string {
  const peakAt = measurement?.memory_peak_at_ms;
  const when = peakAt === undefined ? "" : `, highest after ${formatDuration(peakAt / 1000)}`;
  const cache = measurement?.page_cache_bytes ?? 0;
  return `${freeText(statistics.available_memory)}${when}${cache > 0 ? `; file cache ${formatBytes(cache)} beside it` : ""}`;
}

function freeText(bytes: number | undefined): string {
  return bytes === undefined ? "" : ` of ${formatBytes(bytes)} free`;
}

function ioText(measurement: Measurement | null): string | undefined {
  const { read_bytes: read, write_bytes: written } = measurement ?? {};
  if (read === undefined && written === undefined) return undefined;
  return [
    ...(read === undefined ? [] : [`${formatBytes(read)} read`]),
    ...(written === undefined ? [] : [`${formatBytes(written)} written`]),
  ].join(", ");
}

function notesText(measurement: Measurement | null): string | undefined {
  if (measurement === null) return undefined;
  const { oom_kills = 0, left_behind = 0, process_count, method } = measurement;
  return [
    `measured by ${method}`,
    ...(process_count === undefined
      ? []
      : [`at most ${process_count} process${process_count === 1 ? "" : "es"} at once`]),
    ...(oom_kills > 0 ? [`${oom_kills} killed for memory`] : []),
    ...(left_behind > 0 ? [`${left_behind} outlived the command and were killed`] : []),
  ].join(", ");
}
