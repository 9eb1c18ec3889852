import { doneBy, type Actor } from "../../domain/act.ts";
import { AppError, errorEntry } from "../../contract/errors.ts";
import { epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import type { Delivery } from "../../domain/reaction.ts";
import { backOffSeconds } from "../../verdict/decide-retry.ts";
import type { DeliveryPatch, DueDelivery, ReactionPayload } from "../store/store.ts";
import { attempt } from "./attempt.ts";
import type { LoopContext } from "./context.ts";
import { pause } from "./pause.ts";

/** What the other side said: with which number it answered (HTTP, SMTP, an exit code), and how its text begins. */
export type Heard = { status: number; text: string; isCut: boolean };

/** What is sent: one action with what it tells. */
export type Told = {
  /** The same for each attempt, so that receivers can tell one that comes twice. */
  id: string;
  action: string;
  payload: ReactionPayload;
  /** True: what the other side says is wanted; of a delivery it is not, for it may be long, and hold anything. */
  isTest?: boolean;
};

/** How an attempt ended. `isFinal`: another one would end alike. `heard`: of a test, where the other side answered. */
export type Sent = ({ isOk: true } | { isOk: false; reason: string; isFinal?: boolean }) & { heard?: Heard };

/** Carries out actions. */
export type Courier = {
  /** Why an action is not carried out here, as far as can be said beforehand; undefined: it is. `by`: who asks for it. */
  refusal(action: string, by: "request" | "administrator"): string | undefined;
  /** Never rejects. Ends early when the signal is given. */
  send(told: Told, signal: AbortSignal): Promise<Sent>;
  /** How often an action is tried at most. */
  attempts(action: string): number;
};

/** Sent at a time: one receiver that does not answer must not hold up the others. */
const AT_ONCE = 8;
/** Nothing is due sooner than something happens, or this passes. */
const LOOK_MS = 30_000;
/** The pause before the second attempt; it doubles up to an hour. */
const PAUSE_SECONDS = { first: 5, longest: 3600 };

/**
 * Sends what is in the outbox until the signal is given: at least once each, for a server may die between the sending and
 * its record of it. Only the leading server does.
 */
export async function deliver(context: LoopContext, signal: AbortSignal): Promise<void> {
  const wake = wakeSignal(context);
  const underWay = new Set<Promise<void>>();
  try {
    // ends: when the signal is given
    while (!signal.aborted) {
      await attempt(context.log, "delivering", () => sendDue(context, underWay, signal));
      await wake.wait(await untilNext(context), signal);
    }
  } finally {
    wake.stop();
    await Promise.all(underWay);
  }
}

/** Begins what is due; resolves when all of it has begun, for who answers slowly must not hold up the others. */
async function sendDue(context: LoopContext, underWay: Set<Promise<void>>, signal: AbortSignal): Promise<void> {
  const { store, log } = context;
  // ends: when nothing is due, for to begin an attempt moves the next one away
  while (!signal.aborted) {
    if (underWay.size >= AT_ONCE) await Promise.race(underWay);
    const [due] = await store.read.dueDeliveries(await store.read.now(), 1);
    if (due === undefined) return;
    const next = await begin(context, due);
    const sending = attempt(log, "delivering", () => sendOne(context, due, next, signal)).finally(() => {
      underWay.delete(sending);
    });
    underWay.add(sending);
  }
}

/** Moves the next attempt away, before this one: if the server dies in it, it is not tried again at once. */
async function begin({ store, random }: LoopContext, { id, attempts }: DueDelivery): Promise<Timestamp> {
  return store.transaction(async (tx) => {
    const at = timestamp(epochMs(await tx.now()) + 1000 * backOffSeconds(attempts, random(), PAUSE_SECONDS));
    await tx.updateDelivery(id, { attempts: attempts + 1, next_attempt_at: at });
    return at;
  });
}

async function sendOne(
  context: LoopContext,
  delivery: DueDelivery,
  next: Timestamp,
  signal: AbortSignal,
): Promise<void> {
  const { store, courier } = context;
  const attempts = delivery.attempts + 1;
  const { action, payload } = delivery;
  const sent = await courier.send({ id: `delivery-${delivery.id}`, action, payload }, signal);
  if (!sent.isOk && signal.aborted) return; // it was cut short: it is tried again
  const isLast = !sent.isOk && (sent.isFinal === true || attempts >= courier.attempts(delivery.action));
  await store.transaction(async (tx) => {
    const now = await tx.now();
    await tx.updateDelivery(delivery.id, patchOf(delivery, sent, { now, next, isLast }));
    if (!sent.isOk && !isLast) return;
    const { id, reaction, target, work_request_id } = delivery;
    const state = sent.isOk ? "delivered" : "failed";
    const data = { delivery_id: id, reaction, target, state, ...(!sent.isOk && { reason: sent.reason }) };
    await tx.appendEvents([{ kind: "delivery", ...(work_request_id !== null && { work_request_id }), data }]);
  });
  if (!sent.isOk)
    context.log.warn({ delivery: delivery.id, attempts, reason: sent.reason }, "a reaction was not delivered");
}

function patchOf(
  { target }: DueDelivery,
  sent: Sent,
  { now, next, isLast }: { now: Timestamp; next: Timestamp; isLast: boolean },
): DeliveryPatch {
  if (sent.isOk) return { state: "delivered", next_attempt_at: null, error: null, ended_at: now };
  const error = errorEntry("delivery-failed", { target, reason: sent.reason });
  return isLast ? { state: "failed", next_attempt_at: null, error, ended_at: now } : { next_attempt_at: next, error };
}

async function untilNext({ store, log }: LoopContext): Promise<number> {
  try {
    const next = await store.read.nextDelivery();
    if (next === undefined) return LOOK_MS;
    return Math.min(LOOK_MS, Math.max(0, epochMs(next) - epochMs(await store.read.now())));
  } catch (error) {
    // the next look finds out again
    log.warn({ err: error }, "could not look into the outbox");
    return LOOK_MS;
  }
}

/** Remembers that something may have been put into the outbox since the last wait. */
function wakeSignal({ live }: LoopContext) {
  let isDirty = false;
  let notify: (() => void) | undefined;
  const stop = live.listen({
    onEvents: (events) => {
      if (!events.some(({ kind }) => kind === "completed" || kind === "finding" || kind === "delivery")) return;
      isDirty = true;
      notify?.();
    },
  });
  return {
    stop,
    async wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
      const woken = new AbortController();
      notify = () => woken.abort();
      if (!isDirty) await pause(timeoutMs, AbortSignal.any([signal, woken.signal]));
      notify = undefined;
      isDirty = false;
    },
  };
}

/** A person has a delivery tried again, from the first attempt on. Throws `not-found`. */
export function sendAgain(context: LoopContext, id: number, by: Actor): Promise<Delivery> {
  return context.store.transaction(async (tx) => {
    if ((await tx.delivery(id)) === undefined) throw new AppError("not-found", { what: "delivery", id: String(id) });
    await tx.updateDelivery(id, { state: "waiting", attempts: 0, next_attempt_at: await tx.now(), ended_at: null });
    await tx.appendEvents([{ kind: "delivery", data: { delivery_id: id, state: "waiting", ...doneBy(by) } }]);
    return (await tx.delivery(id))!; // it was just changed, in this transaction
  });
}
