import type { Timestamp } from "../../domain/clock.ts";
import type { Delivery, DeliveryState } from "../../domain/reaction.ts";
import type { Page, PageQuery } from "./store.ts";

/* The part of `store.ts` that knows what receivers are to be told, and were told. */

/** What a receiver is told, as JSON. */
export type ReactionPayload = Record<string, unknown>;

/** A delivery with what is needed to make it: the whole action, and what is told. */
export type DueDelivery = Delivery & { action: string; payload: ReactionPayload };
export type NewDelivery = Pick<DueDelivery, "reaction" | "action" | "work_request_id" | "finding_id" | "payload">;
export type DeliveryPatch = Partial<Pick<Delivery, "state" | "attempts" | "next_attempt_at" | "error" | "ended_at">>;
export type DeliveryFilter = { state?: DeliveryState | undefined; work_request_id?: number | undefined };

/** Reading it. */
export type DeliveryReader = {
  /** What was told to whom, newest first. */
  deliveries(filter: DeliveryFilter, page: PageQuery): Promise<Page<Delivery>>;
  delivery(id: number): Promise<Delivery | undefined>;
  /** Deliveries to be tried by then, those that have waited longest first. */
  dueDeliveries(now: Timestamp, limit: number): Promise<DueDelivery[]>;
  /** When the next delivery is to be tried; undefined: none waits. */
  nextDelivery(): Promise<Timestamp | undefined>;
};

/** Changing it. */
export type DeliveryWriter = {
  /** Puts them into the outbox: due at once. */
  insertDeliveries(deliveries: readonly NewDelivery[]): Promise<void>;
  updateDelivery(id: number, patch: DeliveryPatch): Promise<void>;
  /** Forgets what ended before then. */
  trimDeliveries(before: Timestamp): Promise<void>;
};
