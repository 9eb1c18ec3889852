import type { RequestSubmission } from "../../contract/submission.ts";
import { submissionSchema } from "../../contract/submission.ts";
import { parseOrThrow } from "../../contract/validation.ts";
import type { Estimate } from "../../domain/allocation.ts";
import { RESOURCES, type Resource } from "../../domain/allocation.ts";
import { formatBytes, formatCores, formatDuration } from "../../domain/units.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Session } from "../session.ts";
import { sanitizeText } from "../terminal/sanitize.ts";

/** More estimates would make a check of a large file slow. */
const MAX_ESTIMATES = 50;

/** Checks a submission here and shows what would be submitted, with what history predicts where a server can be asked. */
export async function dryRun(session: Session, body: { work_requests: unknown[] }): Promise<ExitCode> {
  const submission = parseOrThrow(submissionSchema, body, "invalid-submission");
  const estimates = await estimatesFor(session, submission.work_requests.slice(0, MAX_ESTIMATES));
  if (session.wantsJson) {
    const work_requests = submission.work_requests.map((request, index) => ({
      ...request,
      estimate: estimates[index] ?? null,
    }));
    session.json({ work_requests }, work_requests);
    return EXIT.success;
  }
  for (const [index, request] of submission.work_requests.entries()) {
    session.print(`${describe(request, estimates[index])}\n`);
  }
  session.say("dry run: nothing was submitted");
  return EXIT.success;
}

async function estimatesFor(session: Session, requests: readonly RequestSubmission[]): Promise<Estimate[]> {
  if (session.address === undefined) return [];
  return Promise.all(
    requests.map(async ({ task_type, task_name, subject, context }) => {
      const query = { task_type, task_name, subject, context };
      return (await session.client.call("estimate", { query })).estimate;
    }),
  );
}

function describe(request: RequestSubmission, estimate: Estimate | undefined): string {
  const key = [request.task_name, request.subject, request.context].filter((part) => part !== "").join(" ");
  const amounts = RESOURCES.flatMap((resource) => {
    const asked = request.requirements[resource];
    if (asked !== undefined) return [`${LABELS[resource]} ${FORMATS[resource](asked)} (asked for)`];
    const predicted = estimate?.[resource];
    if (predicted === undefined) return [];
    const runs = `${predicted.evidence.runs} ${predicted.evidence.runs === 1 ? "run" : "runs"}`;
    return [`${LABELS[resource]} ${FORMATS[resource](predicted.allocate)} (${runs})`];
  });
  return [sanitizeText(key), ...amounts].join("  ");
}

const LABELS: Record<Resource, string> = { memory: "memory", disk_space: "disk", cpu_count: "cpus", duration: "time" };
const FORMATS: Record<Resource, (amount: number) => string> = {
  memory: formatBytes,
  disk_space: formatBytes,
  cpu_count: formatCores,
  duration: formatDuration,
};
