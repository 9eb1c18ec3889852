import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { checkAll, type Check, type CheckState } from "../doctor/checks.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { action, type Session } from "../session.ts";
import { withServer, withTable } from "../shared-options.ts";
import { paint, type Style } from "../terminal/colour.ts";
import { symbols } from "../terminal/glyph.ts";
import type { Surface } from "../terminal/surface.ts";
import { renderTable } from "../terminal/table.ts";

/** `almanac doctor`. */
export function define(command: Command, cli: Cli): void {
  command.description(
    "What works here and what does not, and what to do about it: Node, the database, measuring, the worker's\n" +
      "capacity, the server. Exits with 0 unless something makes Almanac unusable here (then 3).",
  );
  withTable(withServer(command)).action(action(cli, doctor));
}

async function doctor(session: Session): Promise<ExitCode> {
  const checks = await checkAll(session);
  if (session.wantsJson) session.json({ checks }, checks);
  else session.print(renderTable(columns(session.surface), checks, session.surface, session.tableOptions));
  for (const { name, advice } of checks) {
    if (advice !== undefined && !session.wantsJson) session.say(`${name}: ${advice}`);
  }
  return checks.some((check) => check.is_fatal && check.state === "missing") ? EXIT.infrastructure : EXIT.success;
}

const LOOKS: Record<CheckState, { glyph: "passed" | "warning" | "failed"; style: Style }> = {
  ok: { glyph: "passed", style: "passed" },
  degraded: { glyph: "warning", style: "warning" },
  missing: { glyph: "failed", style: "failed" },
};

function columns(surface: Surface) {
  const label = ({ state }: Check) => `${symbols(surface)[LOOKS[state].glyph]} ${state}`;
  return [
    { header: "WHAT", cell: (check: Check) => check.name },
    {
      header: "STATE",
      cell: (check: Check) => ({ painted: paint(surface, LOOKS[check.state].style, label(check)) }),
      full: (check: Check) => check.state,
    },
    { header: "FOUND", cell: (check: Check) => check.detail, shrinkTo: 30 },
  ];
}
