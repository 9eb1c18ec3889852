import type { Assignment, RunReport } from "../../contract/worker-protocol.ts";
import { assertNever } from "../../domain/assert-never.ts";
import type { LocalRun, RunEnd } from "./local-run.ts";
import type { LastFigures } from "./run-directory.ts";

/** What a sync says of a run; undefined when the worker does not hold it any more. */
export function reportOf(assignment: Assignment, local: LocalRun, figures: LastFigures): RunReport | undefined {
  const lease = { run_id: assignment.run_id, lease_token: assignment.lease_token };
  switch (local.state) {
    case "assigned":
    case "preparing":
      return { state: "assigned", ...lease };
    case "running":
      return { state: "running", ...lease, started_at: local.started_at, ...known(figures) };
    case "uploading":
      // Its end is told when everything that belongs to it is there.
      if (local.end.started_at === undefined) return { state: "assigned", ...lease };
      return { state: "running", ...lease, started_at: local.end.started_at, ...known(local.end) };
    case "handed_in":
      return { state: "ended", ...lease, ...local.end, outputs: local.outputs, log: local.log };
    case "dropping":
    case "gone":
      return undefined;
    default:
      return assertNever(local);
  }
}

function known(
  figures: Pick<RunEnd, "runtime_statistics" | "measurement">,
): Pick<RunEnd, "runtime_statistics" | "measurement"> {
  const { runtime_statistics, measurement } = figures;
  return { runtime_statistics, ...(measurement !== undefined && { measurement }) };
}
