import type { Capacity } from "../domain/worker.ts";
import { addTo, less, noRoom } from "./room.ts";

/** A bound on what the requests of one owner may have at once. */
export type Share = {
  /** Names the owner: a token, a workflow. */
  key: string;
  /** The part of all workers, above 0 and at most 1, of whichever resource the owner has most of. */
  max_share: number;
};

/** An owner whose share is bounded, with what its runs have now. */
export type ShareHolder = {
  readonly key: string;
  maxShare: number;
  readonly used: Capacity;
  runs: number;
  /** Counts up with every change of what it has or may have. */
  version: number;
  /** What all workers have together; one object for all holders. */
  readonly total: Capacity;
};

const UNBOUNDED: Capacity = { memory: Infinity, disk_space: Infinity, cpu_count: Infinity };

/**
 * What the owner may still be given. The bound holds for each resource, so for the dominant one (Ghodsi et al.,
 * "Dominant Resource Fairness", NSDI 2011). An owner without runs may always have one: no share is too small for it.
 */
export function fullRoom(holder: ShareHolder): Capacity {
  if (holder.runs === 0) return UNBOUNDED;
  const { total, maxShare } = holder;
  const whole = {
    memory: maxShare * total.memory,
    disk_space: maxShare * total.disk_space,
    cpu_count: maxShare * total.cpu_count,
  };
  return less(whole, holder.used);
}

/** The owners whose share is bounded. */
export class Shares {
  readonly #total: Capacity;
  readonly #holders = new Map<string, ShareHolder>();

  constructor(total: Capacity) {
    this.#total = total;
  }

  /** The holders of these shares, in the order of their keys; the newest bound of an owner holds. */
  holdersOf(shares: readonly Share[]): ShareHolder[] {
    return shares.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map((share) => this.#holderOf(share));
  }

  /** What all workers have together has changed, and so the shares of all owners; gives these. */
  totalChanged(): ShareHolder[] {
    const holders = [...this.#holders.values()];
    for (const holder of holders) holder.version += 1;
    return holders;
  }

  /** Forgets the owners that nothing names any more. */
  keepOnly(named: ReadonlySet<ShareHolder>): void {
    for (const holder of this.#holders.values()) if (!named.has(holder)) this.#holders.delete(holder.key);
  }

  #holderOf({ key, max_share }: Share): ShareHolder {
    const known = this.#holders.get(key);
    const holder = known ?? { key, maxShare: max_share, used: noRoom(), runs: 0, version: 0, total: this.#total };
    if (holder.maxShare !== max_share) holder.version += 1;
    holder.maxShare = max_share;
    this.#holders.set(key, holder);
    return holder;
  }
}

/** Counts a run for (1), or no more against (-1), its owners. */
export function charge(holders: readonly ShareHolder[], amounts: Capacity, factor: 1 | -1): void {
  for (const holder of holders) {
    addTo(holder.used, amounts, factor);
    holder.runs += factor;
    holder.version += 1;
  }
}
