import { formatDuration } from "../../domain/units.ts";
import type { MachineSpec } from "../../simulate/replay/machine.ts";
import type { ReplayFigures } from "../../simulate/replay/replay.ts";
import type { Trace } from "../../simulate/trace/trace.ts";
import type { Surface } from "./surface.ts";
import { renderTable, type Column } from "./table.ts";

/** What `almanac replay` prints: what was replayed on what, and a line for each policy. */
export function renderReplay(
  trace: Trace,
  machines: readonly MachineSpec[],
  figures: readonly ReplayFigures[],
  surface: Surface,
): string {
  const cores = machines.reduce((sum, { capacity }) => sum + capacity.cpu_count, 0);
  const memory = machines.reduce((sum, { capacity }) => sum + capacity.memory, 0) / 1024 ** 3;
  const what = `${trace.tasks.length} tasks on ${machines.length} workers with ${cores} cores and ${Math.round(memory)} GiB`;
  const note = "memory reserved, used by what succeeded, and lost with failed runs is in GiB hours";
  const table = renderTable(COLUMNS, figures, surface);
  return surface.isTty ? `${what}; ${note}\n${table}` : table;
}

const right = (header: string, cell: (row: ReplayFigures) => string): Column<ReplayFigures> => ({
  header,
  align: "right",
  cell,
});

const COLUMNS: readonly Column<ReplayFigures>[] = [
  { header: "POLICY", cell: ({ policy }) => policy },
  right("MAKESPAN", ({ makespan_s }) => formatDuration(makespan_s)),
  right("MEAN WAIT", ({ mean_wait_s }) => formatDuration(mean_wait_s)),
  right("P95 WAIT", ({ p95_wait_s }) => formatDuration(p95_wait_s)),
  right("RESERVED", ({ memory_reserved_gib_h }) => memory_reserved_gib_h.toFixed(1)),
  right("USED", ({ memory_used_gib_h }) => memory_used_gib_h.toFixed(1)),
  right("LOST", ({ memory_lost_gib_h }) => memory_lost_gib_h.toFixed(1)),
  right("FAILED", ({ failed_runs }) => String(failed_runs)),
  right("GIVEN UP", ({ given_up }) => String(given_up)),
];
