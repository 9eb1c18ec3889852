import { AppError, errorEntry } from "../../../contract/errors.ts";
import { submissionSchema, type Submission } from "../../../contract/submission.ts";
import { describeValue, formatPath, parseOrThrow } from "../../../contract/validation.ts";
import type { Hook, HookTrial } from "../../../domain/hook.ts";
import type { WorkRequestError } from "../../../domain/output-data.ts";
import { fillTemplate, hasPlace, partAt } from "../../../domain/template.ts";
import { matchesWildcard } from "../../../domain/wildcard.ts";

/* What a hook makes of what was sent to it, in earnest and when it is only tried. */

/** What a call means to a hook: not for it, lacking what it needs, or a submission with its places filled, not yet parsed. */
export type ReadCall =
  | { kind: "ignored"; unmet: HookTrial["unmet"] }
  | { kind: "refused"; errors: WorkRequestError[] }
  | { kind: "filled"; submission: unknown };

/** Reads what was sent as a hook does. */
export function readCall({ only_if, submission }: Pick<Hook, "only_if" | "submission">, document: unknown): ReadCall {
  const unmet = Object.entries(only_if).flatMap(([path, pattern]) => {
    const part = partAt(document, path);
    if (part !== undefined && matchesWildcard(pattern, typeof part === "string" ? part : JSON.stringify(part)))
      return [];
    return [{ path, pattern, found: part === undefined ? null : describeValue(part) }];
  });
  if (unmet.length > 0) return { kind: "ignored", unmet };
  const filled = fillTemplate(submission, document);
  if (!filled.ok) return { kind: "refused", errors: filled.missing.map(missingEntry) };
  return { kind: "filled", submission: filled.value };
}

function missingEntry(path: string): WorkRequestError {
  return errorEntry("invalid-value", {
    path,
    found: "nothing",
    expected: "a value, which the hook puts into the request",
  });
}

/** A filled submission, parsed; throws `invalid-submission`. */
export function submissionOf(value: unknown): Submission {
  return parseOrThrow(submissionSchema, value, "invalid-submission");
}

/** Refuses a hook with a place in a program: what strangers send must never become part of a program: a branch can be called `$(reboot)`. */
export function refuseCode(submission: Record<string, unknown>): void {
  const { work_requests } = submissionSchema.parse(submission); // the contract has checked it
  const errors = work_requests.flatMap(({ task_data }, index) => {
    const { script, command } = task_data;
    const path = (last: string) => formatPath(["work_requests", index, "task_data", last]);
    return [
      ...(typeof script === "string" && hasPlace(script) ? [codeEntry(path("script"))] : []),
      ...(Array.isArray(command) && isShell(command) ? [codeEntry(path("command"))] : []),
    ];
  });
  if (errors.length === 0) return;
  throw new AppError("invalid-request", { summary: errors[0]?.message ?? "", errors });
}

/** A place in what follows an option such as `-c` or `-ec`. */
function isShell(command: readonly unknown[]): boolean {
  const option = command.findIndex((word) => typeof word === "string" && /^-[a-z]*[ce]$/.test(word));
  return option >= 0 && command.slice(option, option + 2).some((word) => typeof word === "string" && hasPlace(word));
}

function codeEntry(path: string): WorkRequestError {
  const expected = "no {{ }} in a program: pass it in `env`, and use the variable";
  return errorEntry("invalid-value", { path, found: "a place to be filled", expected });
}
