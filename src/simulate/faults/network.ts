import { seededRandom } from "../random.ts";
import type { Fault } from "./scenario.ts";

/** One delivery of a message: how much later it arrives. */
type Delivery = { afterMs: number };

/** A good network takes this long, milliseconds. */
const USUAL_MS = 2;

/**
 * The network between workers and the server, as good as the faults of a scenario let it be at each time. What becomes of a
 * message depends on the seed and the message alone, so that leaving out other things changes little.
 */
export class Network {
  readonly #faults: readonly Fault[];
  readonly #seed: number;

  constructor(faults: readonly Fault[], seed: number) {
    this.#faults = faults;
    this.#seed = seed;
  }

  /** What becomes of a message that is sent now: nothing, or one or two deliveries. */
  deliveries(message: string, nowMs: number): Delivery[] {
    const bad = this.#faults.filter((fault) => fault.kind === "bad_network" && isAt(fault, nowMs));
    let [lost, repeated, lateMs] = [0, 0, 0];
    for (const fault of bad) {
      if (fault.kind !== "bad_network") continue;
      lost = Math.max(lost, fault.lost);
      repeated = Math.max(repeated, fault.repeated);
      lateMs = Math.max(lateMs, fault.lateMs);
    }
    const random = seededRandom(hashOf(`${this.#seed} ${message}`));
    if (random() < lost) return [];
    const delivery = () => ({ afterMs: USUAL_MS + Math.floor(random() * lateMs) });
    return random() < repeated ? [delivery(), delivery()] : [delivery()];
  }

  /** True while nothing gets through to or from the worker. */
  isCutOff(worker: number, nowMs: number): boolean {
    return this.#faults.some((fault) => fault.kind === "cut_off" && fault.worker === worker && isAt(fault, nowMs));
  }
}

function isAt({ atMs, forMs }: { atMs: number; forMs: number }, nowMs: number): boolean {
  return nowMs >= atMs && nowMs < atMs + forMs;
}

/** FNV-1a (Fowler, Noll and Vo), 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
