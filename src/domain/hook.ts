import type { Timestamp } from "./clock.ts";
import type { WorkRequestId } from "./ids.ts";
import type { WorkRequestError } from "./output-data.ts";

export const HOOK_CALL_KINDS = ["submitted", "ignored", "refused"] as const;

/**
 * - `submitted`: work was submitted;
 * - `ignored`: the call is not one of those that the hook is for;
 * - `refused`: the server could not make work of it.
 */
export type HookCallKind = (typeof HOOK_CALL_KINDS)[number];

/** What became of one call of a hook. */
export type HookCall = {
  /** When it came. */
  received_at: Timestamp;
  /** What came of it. */
  kind: HookCallKind;
  /** What was submitted. */
  work_request_ids: WorkRequestId[];
  /** Why nothing was. */
  errors: WorkRequestError[];
};

/** What a hook would do with a call; nothing is made of it. */
export type HookTrial = {
  /** What would come of the call. */
  kind: HookCallKind;
  /** Conditions that what was sent does not meet, with what stands there; null: nothing does. */
  unmet: { path: string; pattern: string; found: string | null }[];
  /** What would be submitted, with its places filled; null where nothing would, or where a place cannot be filled. */
  submission: Record<string, unknown> | null;
  /** Why nothing would be submitted. */
  errors: WorkRequestError[];
};

/** An address at which another program has work submitted; its secret is not part of the record. */
export type Hook = {
  /** Unique; the last part of its address. */
  name: string;
  /** What is submitted: the body of a submission, whose texts may name parts of what was sent as `{{ path.to.it }}`. */
  submission: Record<string, unknown>;
  /** Parts of what was sent, by their paths, and the pattern that each must match; `*` stands for any characters. */
  only_if: Record<string, string>;
  /** Who made it, or changed it last: its requests are submitted in this name. */
  created_by: string;
  /** When it was made. */
  created_at: Timestamp;
  /** What became of the newest call; null: there was none. */
  last_call: HookCall | null;
};
