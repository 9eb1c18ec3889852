import type { Accuracy, HeldAmounts, LostAttempts, Overruled, ResourceAccuracy } from "../../domain/accuracy.ts";
import { RESOURCES, type Resource } from "../../domain/allocation.ts";
import type { VerdictKind } from "../../domain/verdict.ts";
import { choiceAccuracy } from "./choice.ts";
import { errorAt } from "./errors.ts";
import { shareOf } from "./sums.ts";
import type { Tally } from "./tally.ts";
import { toldEndsOf } from "./told-ends.ts";

type ResourceTally = NonNullable<Tally["resources"][Resource]>;

const SECONDS_PER_HOUR = 3600;

/** How good the estimates of the runs were that a tally has added up. */
export function accuracyOf(tally: Tally): Accuracy {
  const resources: Accuracy["resources"] = {};
  for (const resource of RESOURCES) {
    const found = tally.resources[resource];
    if (found !== undefined) resources[resource] = resourceAccuracy(resource, found);
  }
  const { runs, own, asked } = tally;
  const lost = { mistakes: lostIn(own), mistakes_as_asked: lostIn(asked) };
  const told_ends = toldEndsOf(tally.told_ends ?? {});
  const choice = choiceAccuracy(tally.choice);
  return { runs, resources, told_ends, choice, ...lost, overruled: overruledIn(tally) };
}

function overruledIn({ overruled }: Tally): Overruled[] {
  return Object.entries(overruled)
    .map(([kinds, count]) => {
      const [from, to] = kinds.split(" ") as [VerdictKind, VerdictKind]; // see `OverruledAs`
      return { from, to, count };
    })
    .sort((a, b) => b.count - a.count);
}

function resourceAccuracy(resource: Resource, tally: ResourceTally): ResourceAccuracy {
  const { judged_p50, below_p50, judged_p95, below_p95, sources, deaths, deaths_as_asked } = tally;
  return {
    judged: judged_p95,
    below_p5: shareOf(tally.below_p5 ?? 0, tally.judged_p5 ?? 0),
    below_p50: shareOf(below_p50, judged_p50),
    below_p95: shareOf(below_p95, judged_p95),
    median_error: errorAt(tally.errors, 0.5),
    sources,
    deaths,
    deaths_as_asked,
    held: resource === "duration" ? null : heldAmounts(tally),
  };
}

function heldAmounts(tally: ResourceTally): HeldAmounts {
  const { held, known, used, unused, lost, asked_runs, asked, asked_held } = tally;
  const hours = (amountSeconds: number) => amountSeconds / SECONDS_PER_HOUR;
  return {
    allocated: hours(held),
    used: hours(used),
    unused: hours(unused),
    lost: hours(lost),
    wasted: hours(unused + lost),
    wasted_share: shareOf(unused + lost, known + lost),
    times_used: shareOf(known, used),
    asked_runs,
    asked: hours(asked),
    saved: hours(asked - asked_held),
  };
}

function lostIn({ attempts, seconds, memory }: Tally["own"]): LostAttempts {
  return { attempts, seconds, memory_byte_hours: memory / SECONDS_PER_HOUR };
}
