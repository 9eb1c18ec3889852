import { assertNever } from "./assert-never.ts";
import type { Delivery } from "./reaction.ts";

/** `https://example.org of its regression: delivered`, `…: failed after 12 attempts: it answered with the status 500`. */
export function deliveryText({ target, reaction, ...delivery }: Delivery): string {
  return `${target} of its ${reaction.slice("on_".length)}: ${deliveryStateText(delivery)}`;
}

/** How a delivery stands, and why. */
export function deliveryStateText({ state, attempts, error }: Pick<Delivery, "state" | "attempts" | "error">): string {
  const reason = typeof error?.["reason"] === "string" ? error["reason"] : "";
  const tried = `${attempts} ${attempts === 1 ? "attempt" : "attempts"}`;
  switch (state) {
    case "delivered":
      return attempts === 1 ? "delivered" : `delivered after ${tried}`;
    case "waiting":
      return reason === "" ? "waiting" : `is tried again after ${tried}: ${reason}`;
    case "failed":
      return `failed after ${tried}: ${reason}`;
    default:
      return assertNever(state);
  }
}
