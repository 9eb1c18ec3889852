import { assertNever } from "./assert-never.ts";
import { formatDuration } from "./units.ts";
import type { Delivery, DeliveryTrial } from "./reaction.ts";

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

/** What came of a test: `https://example.org answered with 204 after 31ms: it was delivered. What was sent is signed.` */
export function deliveryTrialText({ target, state, status, reason, duration_ms, is_signed }: DeliveryTrial): string {
  const time = formatDuration(duration_ms / 1000);
  const answered = target.startsWith("command:") ? "ended" : "answered";
  // of what nobody answered, it is not known whether anything was sent
  const signed = is_signed && status !== null ? " What was sent is signed." : "";
  if (state === "delivered")
    return `${target} ${answered} with ${status ?? 0} after ${time}: it was delivered.${signed}`;
  return `${target} was not told, after ${time}: ${reason ?? "no reason is known"}.${signed}`;
}
