import type { VNode } from "preact";
import { element as e } from "../element.ts";
import type { NotTaken } from "../../domain/not-taken.ts";
import { whyCell } from "./candidates.ts";
import { requestLink } from "./links.ts";
import { numberHead, table, type Row } from "./table.ts";

/** What waits that a worker could never take, and what it lacks for that. */
export function notTakenPart(root: string, { looked, reasons }: NotTaken): VNode[] {
  if (looked === 0) return [];
  const rows = reasons.map(({ candidate, count, first_id }): Row => [
    candidate.verdict === "not_allowed" ? "their task is not one of those that it may run" : whyCell(root, candidate),
    String(count),
    requestLink(root, first_id),
  ]);
  const those =
    looked === 1 ? "the one request that waits for a worker" : `the ${looked} requests that are next to be placed`;
  const never = reasons.reduce((sum, { count }) => sum + count, 0);
  return [
    e("h2", { id: "cannot" }, "What it cannot take"),
    ...(rows.length === 0
      ? [e("p", {}, `It could take ${looked === 1 ? those : `each of ${those}`}, while it is online and has room.`)]
      : [
          e("p", {}, neverText(those, never, looked - never)),
          table("What it cannot take", [{ name: "Why", look: "wide" }, numberHead("How many"), "The first"], rows),
        ]),
  ];
}

function neverText(those: string, never: number, others: number): string {
  if (others <= 0) return `Of ${those} it can take none, however free it is.`;
  const rest = others === 1 ? "The other it could" : `The other ${others} it could`;
  return `Of ${those} it can never take ${never}, however free it is. ${rest}, while it is online and has room.`;
}
