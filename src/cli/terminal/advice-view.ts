import type { Advice, AdviceKey, IgnoredAdvice } from "../../domain/advice.ts";
import { RESOURCE_WORDS } from "../../domain/amount-text.ts";
import { formatBytes } from "../../domain/units.ts";
import { ofThousand } from "../../domain/source-text.ts";
import { symbols } from "./glyph.ts";
import { formatAgo } from "./relative-time.ts";
import type { Surface } from "./surface.ts";
import { renderTable, type Column, type TableOptions } from "./table.ts";

/** What `almanac advise` prints: one line for each amount that should be another. */
export function renderAdvice({ advice, ignored }: Advised, surface: Surface, options: TableOptions): string {
  if (!surface.isTty) return renderTable(columnsOf(surface), advice, surface);
  const more = ignored.length === 0 ? "" : `Ignored: ${ignored.length}; \`almanac advise --ignored\` shows what.\n`;
  if (advice.length === 0)
    return `Nothing to advise: what is asked is about right, decided by a value that people set, or too few runs asked for anything.\n${more}`;
  const note = "Who asks for nothing is given what the history of each key says.\n";
  return `${renderTable(columnsOf(surface), advice, surface, options)}${note}${more}`;
}

/** What the server answers: what is advised, and what people do not want to see again. */
type Advised = { advice: readonly Advice[]; ignored: readonly IgnoredAdvice[] };

/** What `almanac advise --ignored` prints: one line for each, the newest first. */
export function renderIgnored(ignored: readonly IgnoredAdvice[], surface: Surface, options: TableOptions): string {
  if (surface.isTty && ignored.length === 0) return "No advice is ignored.\n";
  return renderTable(ignoredColumns(surface), ignored, surface, options);
}

function ignoredColumns(surface: Surface): Column<IgnoredAdvice>[] {
  const bytes = (header: string, value: (ignored: IgnoredAdvice) => number): Column<IgnoredAdvice> => ({
    header,
    align: "right",
    cell: (row) => formatBytes(value(row)),
    full: (row) => String(value(row)),
  });
  return [
    { header: "ID", align: "right", cell: ({ id }) => String(id) },
    ...keyColumns(surface),
    bytes("ASKED THEN", ({ asked }) => asked),
    bytes("ENOUGH THEN", ({ enough }) => enough),
    { header: "BY", cell: ({ ignored_by }) => ignored_by },
    { header: "IGNORED", cell: ({ ignored_at: at }) => formatAgo(at, surface), full: ({ ignored_at: at }) => at },
  ];
}

function keyColumns(surface: Surface): Column<AdviceKey>[] {
  const { none } = symbols(surface);
  return [
    { header: "TASK", cell: ({ task_name }) => task_name, shrinkTo: 8 },
    { header: "SUBJECT", cell: ({ subject }) => subject || none, full: ({ subject }) => subject, shrinkTo: 8 },
    { header: "CONTEXT", cell: ({ context }) => context || none, full: ({ context }) => context, shrinkTo: 8 },
    { header: "", cell: ({ resource }) => RESOURCE_WORDS[resource], full: ({ resource }) => resource },
  ];
}

function columnsOf(surface: Surface): Column<Advice>[] {
  const { none } = symbols(surface);
  const bytes = (header: string, value: (advice: Advice) => number): Column<Advice> => ({
    header,
    align: "right",
    cell: (row) => formatBytes(value(row)),
    full: (row) => String(value(row)),
  });
  const failures = (header: string, value: (advice: Advice) => number): Column<Advice> => ({
    header,
    align: "right",
    cell: (row) => ofThousand(value(row)),
    full: (row) => String(value(row)),
  });
  return [
    ...keyColumns(surface),
    bytes("ASKED", ({ asked }) => asked),
    failures("NEED MORE", ({ failures_as_asked: share }) => share),
    bytes("ENOUGH", ({ enough }) => enough),
    failures("NEED MORE", ({ failures: share }) => share),
    { header: "RUNS", align: "right", cell: ({ runs }) => String(runs) },
    {
      header: "SAVED A WEEK",
      align: "right",
      cell: ({ saved_a_week: saved }) => `${formatBytes(saved)}${surface.hasUnicode ? "·" : "*"}h`,
      full: ({ saved_a_week: saved }) => String(saved),
    },
    {
      header: "AT ONCE",
      align: "right",
      cell: ({ at_once: runs }) => (runs === null ? none : `${runs.as_asked} to ${runs.with_enough}`),
      full: ({ at_once: runs }) => (runs === null ? "" : `${runs.as_asked},${runs.with_enough}`),
    },
  ];
}
