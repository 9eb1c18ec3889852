import type { VNode } from "preact";
import { deliveryStateText } from "../../domain/delivery-text.ts";
import type { Timestamp } from "../../domain/clock.ts";
import type { Delivery, DeliveryState } from "../../domain/reaction.ts";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import { action, mayDo } from "./actions.ts";
import { requestLink } from "./links.ts";
import { table, type Row } from "./table.ts";
import { ago, ahead } from "./time.ts";

const LOOKS: Record<DeliveryState, string> = { waiting: "pending", delivered: "success", failed: "failure" };

/** What was told to whom: when, how it stands and why; whoever may has one tried again. */
export function deliveryTable(frame: Frame, deliveries: readonly Delivery[], now: Timestamp): VNode {
  const isAdmin = mayDo(frame, "admin");
  const rows = deliveries.map((delivery): Row => {
    const { id, reaction, target, state, next_attempt_at, created_at } = delivery;
    return {
      key: String(id),
      cells: [
        String(id),
        aboutLink(frame.root, delivery),
        reaction.slice("on_".length),
        target,
        e("span", { class: LOOKS[state] }, deliveryStateText(delivery)),
        next_attempt_at === null ? "–" : ahead(next_attempt_at, now),
        ago(created_at, now),
        ...(isAdmin ? [state === "delivered" ? "" : again(frame, id)] : []),
      ],
    };
  });
  const head = [
    "Number",
    "Of",
    "When",
    { name: "To", look: "name" },
    { name: "How it stands", look: "wide" },
    "Next attempt",
    "Made",
    ...(isAdmin ? ["Change it"] : []),
  ];
  return table("Who was told what, newest first", head, rows);
}

function aboutLink(root: string, { work_request_id, finding_id }: Delivery): VNode | string {
  if (work_request_id !== null) return requestLink(root, work_request_id);
  return finding_id === null ? "–" : e("a", { href: `${root}regressions/${finding_id}` }, `finding ${finding_id}`);
}

function again(frame: Frame, id: number): VNode {
  return action(frame, { to: `deliveries/${id}/again`, word: "Try again", command: `deliveries --again ${id}` });
}
