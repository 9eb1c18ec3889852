import type { WorkRequest } from "../../domain/work-request.ts";

/** Why a request waits, in a few words; it says what to wait for also where planning has said nothing yet. */
export function waitText({ status, waiting, unblock_strategy, dependencies }: WorkRequest): string {
  if (waiting !== null) return waiting.message;
  if (status !== "blocked") return "it was not planned yet";
  if (unblock_strategy === "manual") return "a person is to let it go on";
  const [first, ...more] = dependencies.map((id) => `#${id}`);
  if (first === undefined) return "it was not planned yet";
  return `it runs after ${first}${more.length === 0 ? "" : more.length === 1 ? ` and ${more[0]}` : ` and ${more.length} more`}`;
}
