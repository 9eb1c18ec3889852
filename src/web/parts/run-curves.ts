import type { VNode } from "preact";
import type { Resource } from "../../domain/allocation.ts";
import { formatAmount } from "../../domain/amount-text.ts";
import type { Outcome } from "../../domain/outcome.ts";
import { outcomeText } from "../../domain/outcome-text.ts";
import type { Run } from "../../domain/run.ts";
import type { Curve } from "../../domain/runtime-statistics.ts";
import { formatBytes, formatShare } from "../../domain/units.ts";
import { curveBand } from "../../history/curve-band.ts";
import { runFigure } from "../../history/run-figure.ts";
import { runCurveChart } from "../charts/run-curve.ts";
import { element as e } from "../element.ts";
import { usedOf } from "./answers.ts";

const DRAWN = ["memory", "cpu_count", "disk_space"] as const satisfies readonly Resource[];
type Drawn = (typeof DRAWN)[number];

const VALUES: Record<Drawn, (curve: Curve) => number[]> = {
  memory: ({ memory }) => memory,
  cpu_count: ({ cpu_millicores }) => cpu_millicores.map((value) => value / 1000),
  disk_space: ({ disk_space }) => disk_space,
};

/** What a run used over time, before what earlier runs of its key used; nothing before there is a curve. */
export function runCurves(run: Run | undefined, earlier: readonly Curve[]): VNode[] {
  const curve = run?.measurement?.curve;
  if (run === undefined || curve === undefined || curve.at_ms.length < 2) return [];
  const drawn = DRAWN.filter((resource) => resource !== "disk_space" || most(curve.disk_space) > 0);
  const bands = new Map(drawn.map((resource) => [resource, curveBand(earlier, VALUES[resource])]));
  const runs = bands.get("memory")?.runs;
  return [
    e("h2", { id: "curves" }, "While it ran"),
    ...(runs === undefined
      ? []
      : [
          e(
            "p",
            { class: "quiet" },
            `Pale behind it: between the 10th and the 90th percentile of the ${runs} newest earlier runs of its key that passed, at the same time after their start, for as long as half of them went on.`,
          ),
        ]),
    ...drawn.map((resource) =>
      runCurveChart({
        unit: resource === "cpu_count" ? "cores" : "bytes",
        sentence: sentenceOf(run, curve, resource),
        at_ms: curve.at_ms,
        values: VALUES[resource](curve),
        reserved: run.allocation[resource].amount,
        predicted: run.estimate[resource]?.p95,
        ...(resource === "memory" && { raises: run.measurement?.memory_raises }),
        killed: killText(run.outcome, resource),
        band: bands.get(resource),
      }),
    ),
  ];
}

function sentenceOf(run: Run, curve: Curve, resource: Drawn): string {
  const reserved = run.allocation[resource].amount;
  const of = (amount: number) =>
    `of ${formatAmount(resource, reserved)} reserved${reserved > 0 ? ` (${formatShare(amount / reserved)})` : ""}.`;
  if (resource === "memory") {
    const amount = runFigure(run, "memory") ?? most(curve.memory);
    return `Memory of run ${run.id}: at most ${formatBytes(amount)} ${of(amount)}`;
  }
  const highest = most(VALUES[resource](curve));
  if (resource === "disk_space") return `Disk: at most ${formatBytes(highest)} ${of(highest)}`;
  const used = usedOf(run, resource) ?? 0;
  return `Cores: ${formatAmount(resource, used)} on average, at most ${formatAmount(resource, highest)}, ${of(used)}`;
}

/** How it ended in what this picture shows; undefined: by itself, or by something that another picture shows. */
function killText(outcome: Outcome | null, resource: Drawn): string | undefined {
  switch (outcome?.kind) {
    case "out_of_memory":
      return resource === "memory" ? outcomeText(outcome) : undefined;
    case "out_of_disk":
      return resource === "disk_space" ? outcomeText(outcome) : undefined;
    case "timed_out":
    case "signalled":
    case "aborted":
    case "worker_lost":
      return outcomeText(outcome);
    default:
      return undefined;
  }
}

function most(values: readonly number[]): number {
  return Math.max(0, ...values);
}
