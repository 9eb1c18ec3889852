import type { HookInput } from "../../../contract/hook-routes.ts";
import type { HookTrial } from "../../../domain/hook.ts";
import type { LoopContext } from "../context.ts";
import { refusalOf, refuseWrong } from "../submit.ts";
import { notFound } from "./hooks.ts";
import { readCall, submissionOf } from "./read-call.ts";

/** What a hook would do with a call that brings this document. Makes nothing, and remembers no call. */
export async function tryHook(context: LoopContext, name: string, document: unknown): Promise<HookTrial> {
  const hook = await context.store.read.hook(name);
  if (hook === undefined) throw notFound(name);
  return trialOf(context, hook, document);
}

/** The same of a hook that may not be made yet. */
export async function trialOf(
  context: LoopContext,
  hook: Pick<HookInput, "submission" | "only_if">,
  document: unknown,
): Promise<HookTrial> {
  const read = readCall(hook, document);
  if (read.kind === "ignored") return { kind: "ignored", unmet: read.unmet, submission: null, errors: [] };
  if (read.kind === "refused") return { kind: "refused", unmet: [], submission: null, errors: read.errors };
  const submission = read.submission as Record<string, unknown>; // a filled record stays one
  try {
    await refuseWrong(context, submissionOf(submission));
    return { kind: "submitted", unmet: [], submission, errors: [] };
  } catch (error) {
    const errors = refusalOf(error);
    if (errors === undefined) throw error;
    return { kind: "refused", unmet: [], submission, errors };
  }
}
