import type { Timestamp } from "./clock.ts";
import type { WorkRequestId } from "./ids.ts";
import type { WorkRequestError } from "./output-data.ts";

/** When something is to be told to somebody. */
export const REACTION_KINDS = ["on_success", "on_failure", "on_regression", "on_fixed", "on_drift"] as const;

/**
 * - `on_success`: a request ended with success, or was skipped;
 * - `on_failure`: it ended with a failure or an error, whether that counts or not;
 * - `on_regression`: its verdict is `regression`;
 * - `on_fixed`: its verdict is `fixed`, or drift of its key is over;
 * - `on_drift`: its key's memory or duration has drifted.
 */
export type ReactionKind = (typeof REACTION_KINDS)[number];

/**
 * What is done then, each as text: `https://…` (a webhook), `mailto:…` (an e-mail), `command:PROGRAM ARGUMENTS` (on the server).
 * What is absent is left to the task, then to layers of the configuration; an empty list is nothing.
 */
export type Reactions = Partial<Record<ReactionKind, string[]>>;

export const DELIVERY_STATES = ["waiting", "delivered", "failed"] as const;

/**
 * - `waiting`: it is to be sent, for the first time or again;
 * - `delivered`: the other side has taken it;
 * - `failed`: it is given up.
 */
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One thing that is told to one receiver. Kept in the transaction that brings it about, and sent afterwards. */
export type Delivery = {
  /** Counted up by the database; receivers see it, so that they can tell one that comes twice. */
  id: number;
  /** What it tells of. */
  reaction: ReactionKind;
  /**
   * Where to: the action's text. Of a webhook only its host, for the path may be a secret, and a mark, by which two of one
   * host are told apart: the first four digits of the SHA-256 of its address.
   */
  target: string;
  /** What it is about; null: of no request. */
  work_request_id: WorkRequestId | null;
  /** Of drift: which finding. */
  finding_id: number | null;
  /** How it stands. */
  state: DeliveryState;
  /** How often it was tried. */
  attempts: number;
  /** When it is tried next; null: not again. */
  next_attempt_at: Timestamp | null;
  /** Why the newest attempt failed. */
  error: WorkRequestError | null;
  /** When it was put into the outbox. */
  created_at: Timestamp;
  /** When it was delivered, or given up; null: it has not ended. */
  ended_at: Timestamp | null;
};

/** What came of a test delivery: one action that was carried out once, at a person's wish. It is no delivery, and is not kept. */
export type DeliveryTrial = {
  /** Where to, as of a delivery. */
  target: string;
  /** Whether it was taken. */
  state: Exclude<DeliveryState, "waiting">;
  /** Why it failed; null: it did not. */
  reason: string | null;
  /** What the other side answered with: the status of HTTP, the reply of SMTP, the exit code of a command; null: nothing. */
  status: number | null;
  /** How what the other side said begins: the body of the answer, the line of a mail server, what a command wrote. */
  answer: string;
  /** True: it said more than that. */
  is_answer_cut: boolean;
  /** From the beginning to the answer, milliseconds. */
  duration_ms: number;
  /** True: what was to be sent was signed with the server's secret, as each webhook is. */
  is_signed: boolean;
  /** The id that the receiver was told: `test-…` where deliveries have `delivery-…`. */
  sent_id: string;
  /** What was sent: of the type `test`, about a work request that there is not. */
  payload: Record<string, unknown>;
};

/** Of what several say, the first that says something, for each kind of its own: request, workflow, task. */
export function firstReactions(...said: readonly (Reactions | undefined)[]): Reactions {
  const merged: Reactions = {};
  for (const kind of REACTION_KINDS) {
    const found = said.find((reactions) => reactions?.[kind] !== undefined)?.[kind];
    if (found !== undefined) merged[kind] = found;
  }
  return merged;
}
