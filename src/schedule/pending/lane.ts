import type { WorkerName } from "../../domain/ids.ts";
import type { Capacity } from "../../domain/worker.ts";
import type { Needs } from "../fit.ts";
import type { Probe } from "../probes.ts";
import type { ShareHolder } from "../shares.ts";
import type { LaneQueue } from "./lane-queue.ts";
import type { Shelf } from "./shelf.ts";

/**
 * The waiting requests that planning cannot tell apart but by their rank: same task, tags, amounts, class of
 * duration, share limits, probe and avoided workers. When the head of a lane fits nowhere, nothing in it fits.
 */
export type Lane = {
  readonly index: number;
  readonly key: string;
  readonly task_name: string;
  readonly tags: readonly string[];
  /** Bytes, bytes, cores. */
  readonly needs: Capacity;
  /** No request in it is predicted to take longer, seconds at speed 1. */
  readonly seconds: number;
  readonly holders: readonly ShareHolder[];
  readonly probe: Probe | undefined;
  /** Workers that its requests keep off, as long as `keepsOff`: while another that could take them is online. */
  readonly avoid: readonly WorkerName[];
  keepsOff: boolean;
  /** Brings lanes with like needs together: see `zOrder`. */
  readonly order: number;
  readonly queue: LaneQueue;
  /** Where it stands; undefined while no worker could ever take it. */
  shelf: Shelf | undefined;
  /** Its leaf in the shelf's tree, or -1. */
  leaf: number;
};

/** True when requests of the lane are not to go to this worker now. */
export function isAvoided({ keepsOff, avoid }: Lane, worker: WorkerName): boolean {
  return keepsOff && avoid.includes(worker);
}

/** Predicted durations are told apart by factors of the square root of 2, rounded up. */
export function durationClass(seconds: number): number {
  if (!(seconds > 0)) return 0;
  return 2 ** (Math.ceil(2 * Math.log2(seconds) - 1e-9) / 2);
}

/** What tells one lane from another. */
export function laneKey(
  needs: Needs,
  seconds: number,
  holders: readonly ShareHolder[],
  probe: string,
  avoid: readonly string[],
): string {
  const { memory, disk_space, cpu_count, tags } = needs.allocation;
  return [
    needs.task_name,
    tags.join(","),
    `${memory.amount}/${disk_space.amount}/${cpu_count.amount}/${seconds}`,
    holders.map((holder) => holder.key).join(","),
    probe,
    avoid.join(","),
  ].join("\n");
}

const BITS = 12;
const LEVELS = 2 ** BITS - 1;

/**
 * The lane's place on a Z-order curve through its needs (Morton, 1966): the bits of the four logarithms in turn.
 * Lanes that are near each other on the curve have like needs, so a subtree of them is told by its least needs.
 */
export function zOrder(needs: Capacity, seconds: number): number {
  const cells = [
    scaled(needs.memory, 20, 44),
    scaled(needs.cpu_count, -4, 10),
    scaled(needs.disk_space, 20, 48),
    scaled(seconds, -4, 24),
  ];
  let order = 0;
  for (let bit = BITS - 1; bit >= 0; bit -= 1) {
    for (const cell of cells) order = order * 2 + ((cell >> bit) & 1);
  }
  return order;
}

function scaled(value: number, lowest: number, highest: number): number {
  const share = (Math.log2(Math.max(value, 2 ** lowest)) - lowest) / (highest - lowest);
  return Math.round(Math.min(1, share) * LEVELS);
}
