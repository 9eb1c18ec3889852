import type { Resource } from "../domain/allocation.ts";
import type { Candidate } from "../domain/run.ts";
import { formatAmount, RESOURCE_WORDS } from "../domain/amount-text.ts";
import type { WaitingReason } from "../domain/work-request.ts";
import type { Needs } from "./fit.ts";

/** An amount of a resource for people: `4.0G memory`, `8 cpu`. */
export function amountText(resource: Resource, amount: number): string {
  return `${formatAmount(resource, amount)} ${RESOURCE_WORDS[resource]}`;
}

/** Why a request that no worker takes now is waiting, with the numbers that decide. */
export function waitingReason(needs: Needs, candidates: readonly Candidate[]): Omit<WaitingReason, "since"> {
  if (candidates.length === 0) return { code: "no_worker", message: "no worker has joined yet" };
  const withRoomLater = candidates.filter((candidate) => candidate.verdict === "no_room");
  if (withRoomLater.length > 0) return { code: "no_room", message: noRoomMessage(withRoomLater) };
  const away = candidates.filter(({ verdict }) => verdict === "offline" || verdict === "draining");
  if (away.length > 0) return { code: "no_worker", message: awayMessage(away) };
  return { code: "never_fits", message: neverFitsMessage(needs, candidates) };
}

function noRoomMessage(candidates: readonly Candidate[]): string {
  // the worker that lacks least, relative to the need, is the one to name
  const nearest = candidates.toSorted((a, b) => shortfall(a) - shortfall(b))[0]!; // not empty: the caller checked
  const others = candidates.length === 1 ? "" : `, ${candidates.length - 1} more have less room`;
  return `${nearest.worker_name} has ${freeText(nearest)}${others}`;
}

function awayMessage(candidates: readonly Candidate[]): string {
  const names = candidates.slice(0, 3).map((candidate) => `${candidate.worker_name} is ${candidate.verdict}`);
  const more = candidates.length > 3 ? ` and ${candidates.length - 3} more` : "";
  return `the workers that could take it are away: ${names.join(", ")}${more}`;
}

function neverFitsMessage(needs: Needs, candidates: readonly Candidate[]): string {
  const tooSmall = candidates.filter((candidate) => candidate.verdict === "too_small");
  if (tooSmall.length > 0) {
    const largest = tooSmall.toSorted((a, b) => shortfall(a) - shortfall(b))[0]!; // not empty: just checked
    const resource = largest.resource ?? "memory";
    return (
      `no worker is large enough: it needs ${amountText(resource, largest.needed ?? 0)}, ` +
      `${largest.worker_name} has ${formatAmount(resource, largest.available ?? 0)} in all`
    );
  }
  const lacking = candidates.find((candidate) => candidate.verdict === "lacks_tag");
  if (lacking !== undefined) return `no worker has the tag ${lacking.tag ?? ""}`;
  return `no worker may run the task ${needs.task_name}`;
}

function freeText(candidate: Candidate): string {
  const resource = candidate.resource ?? "memory";
  return (
    `${formatAmount(resource, candidate.available ?? 0)} of the ` +
    `${formatAmount(resource, candidate.needed ?? 0)} ${RESOURCE_WORDS[resource]} free`
  );
}

/** The part of the need that is missing. */
function shortfall(candidate: Candidate): number {
  const needed = candidate.needed ?? 1;
  return (needed - (candidate.available ?? 0)) / needed;
}
