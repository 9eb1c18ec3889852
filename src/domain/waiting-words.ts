import type { WaitingStatus } from "./farm-standing.ts";
import type { WaitingCode } from "./work-request.ts";

/** Why requests wait, in a word or two. */
export const WAITING_WORDS: Record<WaitingCode, string> = {
  dependencies: "for dependencies",
  manual: "for a person",
  not_planned_yet: "to be planned",
  no_worker: "no worker there",
  no_room: "no room",
  never_fits: "fits nowhere",
  backoff: "before a retry",
  reserved: "room kept for others",
  max_share: "share used up",
  probing: "for the first of its kind",
  delay: "for its time",
  confirmation: "for a person's answer",
};

/** For what requests of a status wait; null: planning has said nothing of them yet. */
export function waitingWord(status: WaitingStatus, code: WaitingCode | null): string {
  return WAITING_WORDS[code ?? (status === "blocked" ? "dependencies" : "not_planned_yet")];
}
