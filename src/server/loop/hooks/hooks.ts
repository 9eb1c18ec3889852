import { doneBy, type Actor } from "../../../domain/act.ts";
import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { AppError } from "../../../contract/errors.ts";
import type { HookInput } from "../../../contract/hook-routes.ts";
import type { Hook, HookCall } from "../../../domain/hook.ts";
import type { WorkRequestId } from "../../../domain/ids.ts";
import type { StoreTransaction } from "../../store/store.ts";
import type { LoopContext } from "../context.ts";
import { refusalOf, submit } from "../submit.ts";
import { readCall, refuseCode, submissionOf } from "./read-call.ts";
import { verifyCall, type SignedHeaders } from "./signature.ts";

/** A call as it arrived. */
export type RawCall = { headers: SignedHeaders; body: Buffer };

/** What became of a call; `isRepeated`: it had come before, and nothing was done now. */
export type Answered = HookCall & { isRepeated: boolean };

/** Calls of one hook that are remembered: those that come again are known by that. */
const CALLS_KEPT = 10_000;
/** How many of them are shown. */
const CALLS_SHOWN = 100;
const SECRET_BYTES = 32;

/**
 * Takes a signed call in: submits what its hook makes of it, once however often the call comes. Throws `hook-refused` for a
 * call whose sender is not known.
 */
export async function takeCall(context: LoopContext, name: string, call: RawCall): Promise<Answered> {
  const { read } = context.store;
  const [hook, secret] = [await read.hook(name), await read.hookSecret(name)];
  // a hook that does not exist is refused alike, so that nobody learns which there are
  const verified = verifyCall(
    call.headers,
    call.body,
    secret ?? randomBytes(SECRET_BYTES).toString("hex"),
    context.clock.nowMs(),
  );
  if (!verified.ok) throw new AppError("hook-refused", { name, reason: verified.reason });
  if (hook === undefined) throw new AppError("hook-refused", { name, reason: "there is none of that name" });
  const earlier = await read.hookCall(name, verified.key);
  if (earlier !== undefined) return { ...earlier, isRepeated: true };
  return answer(context, hook, verified.key, documentOf(call.body));
}

async function answer(context: LoopContext, hook: Hook, key: string, document: unknown): Promise<Answered> {
  const { name } = hook;
  const received_at = await context.store.read.now();
  const call: HookCall = { received_at, kind: "ignored", work_request_ids: [], errors: [] };
  const keep = (tx: StoreTransaction, told: HookCall) => keepCall(tx, name, key, told);
  const end = async (told: HookCall): Promise<Answered> => {
    const isNew = await context.store.transaction((tx) => keep(tx, told));
    return isNew ? { ...told, isRepeated: false } : again(context, name, key);
  };
  const read = readCall(hook, document);
  if (read.kind === "ignored") return end(call);
  if (read.kind === "refused") return end({ ...call, kind: "refused", errors: read.errors });
  let told: HookCall = call;
  const within = async (tx: StoreTransaction, ids: readonly WorkRequestId[]) => {
    told = { ...call, kind: "submitted", work_request_ids: [...ids] };
    if (!(await keep(tx, told))) throw new CameBefore();
  };
  try {
    await submit(context, submissionOf(read.submission), hook.created_by, within);
    return { ...told, isRepeated: false };
  } catch (error) {
    if (error instanceof CameBefore) return again(context, name, key);
    const errors = refusalOf(error);
    if (errors === undefined) throw error;
    return end({ ...call, kind: "refused", errors });
  }
}

/** Another server has just taken the same call in. */
class CameBefore extends Error {}

async function again(context: LoopContext, name: string, key: string): Promise<Answered> {
  const earlier = await context.store.read.hookCall(name, key);
  if (earlier === undefined) throw new AppError("unavailable", { reason: `the hook ${name} was just changed` });
  return { ...earlier, isRepeated: true };
}

async function keepCall(tx: StoreTransaction, name: string, key: string, call: HookCall): Promise<boolean> {
  if (!(await tx.insertHookCall(name, key, call))) return false;
  await tx.trimHookCalls(name, CALLS_KEPT);
  return true;
}

function documentOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new AppError(
      "malformed-body",
      { reason: error instanceof Error ? error.message : String(error) },
      { cause: error },
    );
  }
}

/** Makes a hook, or changes the one of that name; gives the secret when it was made now. */
export async function putHook(
  context: LoopContext,
  name: string,
  { submission, only_if, secret: given }: HookInput,
  by: Actor,
): Promise<{ hook: Hook; secret: string | null }> {
  refuseCode(submission);
  const old = given ?? (await context.store.read.hookSecret(name));
  const made = old === undefined ? `whsec_${randomBytes(SECRET_BYTES).toString("base64")}` : null;
  const secret = old ?? made ?? ""; // one of the two is there
  const hook = await context.store.transaction(async (tx) => {
    const before = await tx.hook(name);
    const hasNewSecret = before !== undefined && secret !== (await tx.hookSecret(name));
    const after = await tx.putHook({ name, submission, only_if, created_by: by.name, secret });
    await noteChange(tx, name, { before, after, hasNewSecret, by });
    return after;
  });
  return { hook, secret: made };
}

/** Says who made or changed it, and what, but for the secret itself; that nothing has changed is not said. */
async function noteChange(
  tx: StoreTransaction,
  name: string,
  { before, after, hasNewSecret, by }: { before: Hook | undefined; after: Hook; hasNewSecret: boolean; by: Actor },
): Promise<void> {
  if (before === undefined) return changed(tx, name, { did: "made", by });
  const given = (["submission", "only_if", "created_by"] as const).filter(
    (field) => !isDeepStrictEqual(before[field], after[field]),
  );
  const fields = [...given, ...(hasNewSecret ? ["secret"] : [])];
  if (fields.length > 0) await changed(tx, name, { did: "changed", fields, by });
}

type Deed = { did: "made" | "changed" | "removed"; fields?: readonly string[]; by: Actor };

function changed(tx: StoreTransaction, name: string, { did, by, ...more }: Deed): Promise<void> {
  return tx.appendEvents([{ kind: "hook_changed", data: { did, name, ...more, ...doneBy(by) } }]);
}

/** Forgets a hook; what it has submitted stays. */
export function removeHook(context: LoopContext, name: string, by: Actor): Promise<void> {
  return context.store.transaction(async (tx) => {
    if (!(await tx.deleteHook(name))) throw notFound(name);
    await changed(tx, name, { did: "removed", by });
  });
}

/** A hook with what became of its newest calls. */
export async function showHook(context: LoopContext, name: string): Promise<{ hook: Hook; calls: HookCall[] }> {
  const { read } = context.store;
  const hook = await read.hook(name);
  if (hook === undefined) throw notFound(name);
  return { hook, calls: await read.hookCalls(name, CALLS_SHOWN) };
}

/** There is no hook of that name. */
export function notFound(name: string): AppError {
  return new AppError("not-found", { what: "hook", id: name });
}
