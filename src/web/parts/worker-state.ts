import type { VNode } from "preact";
import type { Worker } from "../../domain/worker.ts";
import { element as e } from "../element.ts";

/** The state of a worker, and whether it is suspected. */
export function workerState({ state, suspicion }: Pick<Worker, "state" | "suspicion">): VNode {
  const isWell = state === "online" && suspicion === null;
  return e("span", { class: isWell ? "success" : "warning" }, suspicion === null ? state : `${state}, suspected`);
}
