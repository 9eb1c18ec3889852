import type { Readable } from "node:stream";
import { AppError } from "../contract/errors.ts";
import { errorOfProblem, problemSchema } from "../contract/problem.ts";
import { networkCode } from "./retry.ts";
import type { HttpAnswer } from "./transport.ts";

/** A failed attempt: the fault for the caller, and whether the call cannot have had an effect. */
export type Failure = { error: AppError; hadNoEffect: boolean; isRetryable: boolean };

/** Network trouble as a fault: `unavailable`, with the system's error as its cause. */
export function networkFault(url: URL, cause: unknown): AppError {
  const code = networkCode(cause);
  const reason = REASONS[code ?? ""] ?? (cause instanceof Error ? cause.message : String(cause));
  return new AppError("unavailable", { reason: `${url.origin} ${reason}`, url: url.origin, network: code }, { cause });
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: "refuses connections",
  ECONNRESET: "closed the connection",
  EPIPE: "closed the connection",
  ENOTFOUND: "is not a known host",
  EAI_AGAIN: "is not a known host at the moment",
  EHOSTUNREACH: "cannot be reached",
  ENETUNREACH: "cannot be reached",
  ETIMEDOUT: "does not answer",
};

/** The failure that an answer of status 400 or higher tells of. */
export async function failureOf(answer: HttpAnswer, url: URL): Promise<Failure> {
  const text = (await readAll(answer.body)).toString("utf8");
  const problem = problemSchema.safeParse(parseJson(text));
  if (!problem.success) {
    const reason = `${url.origin} answered ${answer.status} without saying why (is it an Almanac server?)`;
    const error = new AppError("unavailable", { reason, url: url.origin, status: answer.status });
    return { error, hadNoEffect: false, isRetryable: answer.status >= 500 };
  }
  const error = errorOfProblem(problem.data);
  // 503 is sent before anything was done ("nothing was kept of this call").
  return { error, hadNoEffect: answer.status === 503, isRetryable: problem.data.retryable && answer.status >= 500 };
}

/** The whole of a body. */
export async function readAll(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer); // no encoding is set: bodies give buffers
  return Buffer.concat(chunks);
}

/** The document in the text, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller's schema then says what is wrong
  }
}
