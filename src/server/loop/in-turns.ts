import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../domain/clock.ts";

/** How long a calculation may keep everything else waiting. */
const TURN_MS = 5;

/** Goes through the steps of a long calculation, and lets others go on in between; gives what it comes to. */
export async function inTurns<Result>(steps: Generator<undefined, Result>, clock: Clock): Promise<Result> {
  let begunMs = clock.monotonicMs();
  // ends: after as many steps as the calculation has
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (clock.monotonicMs() - begunMs < TURN_MS) continue;
    await nextTurn();
    begunMs = clock.monotonicMs();
  }
}
