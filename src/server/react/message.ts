import { z } from "zod";
import { REACTION_KINDS } from "../../domain/reaction.ts";

/** What of a payload is told in words. */
const payloadSchema = z.object({
  type: z.enum([...REACTION_KINDS, "test"]),
  data: z.object({
    work_request: z
      .object({
        id: z.number(),
        task_name: z.string(),
        subject: z.string(),
        context: z.string(),
        result: z.string(),
        worker_name: z.string().nullable(),
        created_by: z.string(),
        output_data: z.object({
          errors: z.array(z.object({ message: z.string() })).optional(),
          skip_reason: z.string().optional(),
        }),
        verdict: z.object({
          kind: z.string(),
          fatal: z.boolean(),
          because: z.string(),
          first_error: z.string().optional(),
        }),
      })
      .optional(),
    finding: z
      .object({
        id: z.number(),
        kind: z.string(),
        state: z.string(),
        task_name: z.string(),
        subject: z.string(),
        context: z.string(),
        because: z.string(),
      })
      .optional(),
  }),
});
type Payload = z.output<typeof payloadSchema>;

/** What happened, in words and as facts by name. */
export type Message = { subject: string; text: string; facts: Record<string, string> };

/** Puts a payload into words. Throws when it is none of ours. */
export function messageOf(payload: unknown): Message {
  const { type, data } = payloadSchema.parse(payload);
  const key = keyText(data.work_request ?? data.finding);
  const told = data.work_request === undefined ? findingText(data.finding) : requestText(data.work_request);
  const what = type === "test" ? { ...told, title: "test", next: "" } : told; // what it is about does not exist
  const lines = what.facts.filter(([, , value]) => value !== "").map(([, label, value]) => `${label}: ${value}`);
  const facts = Object.fromEntries(what.facts.map(([name, , value]) => [`ALMANAC_${name}`, value]));
  return {
    subject: `[almanac] ${what.title}: ${key}`,
    text: `${what.title}: ${key}\n\n${lines.join("\n")}\n${what.next === "" ? "" : `\n${what.next}\n`}`,
    facts: { ...facts, ALMANAC_REACTION: type },
  };
}

type Told = { title: string; facts: [name: string, label: string, value: string][]; next: string };

function requestText({ verdict, output_data, ...request }: NonNullable<Payload["data"]["work_request"]>): Told {
  const { id, task_name, subject, context, result, worker_name, created_by } = request;
  return {
    title: verdict.kind.replaceAll("_", " "),
    facts: [
      ["REQUEST_ID", "Work request", String(id)],
      ["TASK_NAME", "Task", task_name],
      ["SUBJECT", "Subject", subject],
      ["CONTEXT", "Context", context],
      ["RESULT", "Result", result],
      ["VERDICT", "Verdict", verdict.kind],
      ["FATAL", "Counts", verdict.fatal ? "yes" : "no"],
      ["BECAUSE", "Because", verdict.because],
      ["FIRST_ERROR", "First error", verdict.first_error ?? ""],
      ["ERRORS", "Errors", (output_data.errors ?? []).map(({ message }) => message).join("; ")],
      ["SKIP_REASON", "Skipped", output_data.skip_reason ?? ""],
      ["WORKER_NAME", "Worker", worker_name ?? ""],
      ["CREATED_BY", "Submitted by", created_by],
    ],
    next: `almanac show ${id}`,
  };
}

function findingText(finding: Payload["data"]["finding"]): Told {
  if (finding === undefined) return { title: "news", facts: [], next: "" };
  const { id, kind, state, task_name, subject, context, because } = finding;
  return {
    title: state === "fixed" ? `${kind} is back` : `${kind} has drifted`,
    facts: [
      ["FINDING_ID", "Finding", String(id)],
      ["TASK_NAME", "Task", task_name],
      ["SUBJECT", "Subject", subject],
      ["CONTEXT", "Context", context],
      ["BECAUSE", "Because", because],
    ],
    next: "almanac regressions",
  };
}

function keyText(key: { task_name: string; subject: string; context: string } | undefined): string {
  return [key?.task_name, key?.subject, key?.context].filter((part) => part !== undefined && part !== "").join(" ");
}
