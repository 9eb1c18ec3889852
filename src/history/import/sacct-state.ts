import type { Outcome } from "../../domain/outcome.ts";
import { parseBytes } from "../../domain/units.ts";
import type { Row } from "./delimited.ts";
import { signalled } from "./ending.ts";
import type { RowReader } from "./row-reader.ts";
import { parseElapsed, trackedResource } from "./figure-text.ts";

/** The state without what follows it: `CANCELLED by 1000` → `CANCELLED`. */
export function stateOf(text: string | undefined): string {
  return /^[A-Z_]+/.exec(text ?? "")?.[0] ?? "";
}

/** Why a job in such a state is no finished run; undefined for one that is. */
export function passedOver(state: string): string | undefined {
  if (state === "CANCELLED" || state === "REVOKED") return "cancelled: says nothing of the work";
  if (NOT_ENDED.has(state)) return "not ended";
  return undefined;
}

const NOT_ENDED = new Set([
  "PENDING",
  "RUNNING",
  "SUSPENDED",
  "RESIZING",
  "REQUEUED",
  "COMPLETING",
  "CONFIGURING",
  "STOPPED",
  "SIGNALING",
  "STAGE_OUT",
]);

const ENDED = "COMPLETED, FAILED, OUT_OF_MEMORY, TIMEOUT, DEADLINE, CANCELLED, PREEMPTED, NODE_FAIL or BOOT_FAIL";

/** What a job used, where its limit is not known: the run had at least that. Bytes, seconds. */
type Used = { memory: number | undefined; seconds: number | undefined };

/**
 * How the job ended. A job whose step was killed for memory failed of that, whatever exit code the script made of
 * it. States after https://slurm.schedmd.com/job_state_codes.html.
 */
export function jobOutcome(reader: RowReader, steps: readonly Row[], used: Used): Outcome {
  const state = stateOf(reader.text("State"));
  switch (state) {
    case "COMPLETED":
      return { kind: "exited", code: 0 };
    case "FAILED":
      return steps.some((step) => stateOf(step.cell("State")) === "OUT_OF_MEMORY")
        ? outOfMemory(reader, used)
        : exitOf(reader);
    case "OUT_OF_MEMORY":
      return outOfMemory(reader, used);
    case "TIMEOUT":
    case "DEADLINE":
      return { kind: "timed_out", limit: timeLimit(reader) ?? used.seconds ?? 0 };
    case "NODE_FAIL":
    case "PREEMPTED":
      return { kind: "worker_lost" };
    case "BOOT_FAIL":
    case "LAUNCH_FAILED":
    case "RECONFIG_FAIL":
      return {
        kind: "start_failed",
        errors: [{ code: "start-failed", message: `Slurm: the node did not come up (${state}).` }],
      };
    default:
      reader.read("State", () => undefined, ENDED);
      return { kind: "worker_lost" };
  }
}

/** `ExitCode` is the code, a colon, and the signal that ended it. */
function exitOf(reader: RowReader): Outcome {
  const exit = reader.read(
    "ExitCode",
    (text) => /^(\d{1,5}):(\d{1,3})$/.exec(text) ?? undefined,
    "CODE:SIGNAL, like 1:0",
  );
  const [code, signal] = [Number(exit?.[1] ?? 0), Number(exit?.[2] ?? 0)];
  return signal > 0 ? signalled(signal) : { kind: "exited", code };
}

function outOfMemory(reader: RowReader, used: Used): Outcome {
  return { kind: "out_of_memory", limit: memoryLimit(reader) ?? used.memory ?? 0 };
}

/** What was allocated: `mem` of `AllocTRES`, else `ReqMem`, which older Slurms give per node (`4Gn`) or per core (`4Gc`). */
function memoryLimit(reader: RowReader): number | undefined {
  const allocated = parseBytes(trackedResource(reader.text("AllocTRES"), "mem") ?? "");
  if (allocated !== undefined) return allocated;
  const asked = /^([\d.]+[KMGTP]?)([nc]?)$/i.exec(reader.text("ReqMem") ?? "");
  const bytes = parseBytes(asked?.[1] ?? "");
  if (bytes === undefined) return undefined;
  const times = { n: "AllocNodes", c: "AllocCPUS" }[asked?.[2]?.toLowerCase() ?? ""];
  return bytes * (times === undefined ? 1 : Number(reader.text(times) ?? 1) || 1);
}

function timeLimit(reader: RowReader): number | undefined {
  const minutes = Number(reader.text("TimelimitRaw") ?? Number.NaN);
  return Number.isFinite(minutes) ? minutes * 60 : parseElapsed(reader.text("Timelimit") ?? "");
}
