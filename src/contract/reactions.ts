import { z } from "zod";
import {
  DELIVERY_STATES,
  REACTION_KINDS,
  type Delivery,
  type DeliveryTrial,
  type ReactionKind,
  type Reactions,
} from "../domain/reaction.ts";
import { timestampSchema, workRequestId } from "./names.ts";
import { errorEntrySchema } from "./problem.ts";

/** An action, taken apart. */
export type Action =
  | { kind: "webhook"; url: string; host: string }
  | { kind: "email"; address: string }
  /** The program and its arguments; no shell sees them. */
  | { kind: "command"; argv: [string, ...string[]] };

const MAX_ACTION = 2000;
const MAX_ACTIONS = 10;

/** No user and password: they would be shown wherever the address is. */
const WEBHOOK = /^https?:\/\/([^\s/@?#\\]+)(?:[/?][^\s#\\]*)?$/u;
const EMAIL = /^mailto:([^\s@,;<>"()?&]+@[^\s@,;<>"()?&]+)$/u;
const COMMAND = /^command:([^\p{Cc}]+)$/u;

const EXPECTED = "https://… (a webhook), mailto:NAME@HOST or command:PROGRAM ARGUMENTS";

/** Takes an action apart; undefined for what is none. */
export function parseAction(text: string): Action | undefined {
  if (text.length > MAX_ACTION) return undefined;
  const host = WEBHOOK.exec(text)?.[1];
  if (host !== undefined) return { kind: "webhook", url: text, host };
  const address = EMAIL.exec(text)?.[1];
  if (address !== undefined) return { kind: "email", address };
  const [program, ...rest] = (COMMAND.exec(text)?.[1] ?? "").split(" ").filter((word) => word !== "");
  return program === undefined ? undefined : { kind: "command", argv: [program, ...rest] };
}

/** Where an action goes, as anybody may see it: the path of a webhook may be a secret. */
export function targetOf(text: string): string {
  const action = parseAction(text);
  return action?.kind === "webhook" ? `${action.url.slice(0, action.url.indexOf(":"))}://${action.host}` : text;
}

/** One action. */
export const actionInput = z
  .string({ error: EXPECTED })
  .refine((text) => parseAction(text) !== undefined, { error: EXPECTED });

/** The actions of one kind of reaction. */
export const actionsInput = z
  .array(actionInput, { error: "a list of actions" })
  .max(MAX_ACTIONS, { error: `at most ${MAX_ACTIONS} actions` });

const kinds = Object.fromEntries(REACTION_KINDS.map((kind) => [kind, actionsInput.optional()])) as Record<
  ReactionKind,
  z.ZodOptional<typeof actionsInput>
>; // made of the kinds

/** What a request or a task says of reactions. */
export const reactionsInput = z
  .strictObject(kinds, { error: "an object of reactions" })
  .transform((given) => JSON.parse(JSON.stringify(given)) as Reactions); // only lists of texts: exact, and without undefined

/** A delivery, as anybody may see it. */
export const deliverySchema = z.object({
  id: z.int(),
  reaction: z.enum(REACTION_KINDS),
  target: z
    .string()
    .describe(
      "of a webhook only its host, for the path may be a secret, and a mark that tells its address from others",
    ),
  work_request_id: workRequestId.nullable(),
  finding_id: z.int().nullable(),
  state: z.enum(DELIVERY_STATES),
  attempts: z.int().min(0),
  next_attempt_at: timestampSchema.nullable(),
  error: errorEntrySchema.nullable().describe("of the newest attempt"),
  created_at: timestampSchema,
  ended_at: timestampSchema.nullable(),
}) satisfies z.ZodType<Delivery>;

/** What came of a test delivery. */
export const deliveryTrialSchema = z.object({
  target: z.string(),
  state: z.enum(["delivered", "failed"]),
  reason: z.string().nullable(),
  status: z.int().nullable(),
  answer: z.string(),
  is_answer_cut: z.boolean(),
  duration_ms: z.number().min(0),
  is_signed: z.boolean(),
  sent_id: z.string(),
  payload: z.record(z.string(), z.unknown()),
}) satisfies z.ZodType<DeliveryTrial>;
