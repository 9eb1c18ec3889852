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
  const those = looked === 1 ? "the one that waits for a worker" : `the ${looked} that are next to be placed`;
  return [
    e("h2", { id: "cannot" }, "What it cannot take"),
    ...(rows.length === 0
      ? [e("p", {}, `Of ${those} it could take each, while it is online and has room.`)]
      : [
          e("p", {}, `Of ${those}; the others it could take, while it is online and has room.`),
          table("What it cannot take", [{ name: "Why", look: "wide" }, numberHead("How many"), "The first"], rows),
        ]),
  ];
}
