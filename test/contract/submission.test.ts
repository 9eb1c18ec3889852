import { describe, expect, it } from "vitest";
import { AppError } from "../../src/contract/errors.ts";
import { submissionSchema } from "../../src/contract/submission.ts";
import { parseOrThrow } from "../../src/contract/validation.ts";

/** The errors that a submission of one request is refused with. */
function refusals(request: object): unknown[] {
  try {
    parseOrThrow(submissionSchema, { work_requests: [{ task_name: "build", ...request }] }, "invalid-submission");
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const errors = error.details["errors"] as { code: string; message: string }[]; // a refusal always has them
    return errors.map(({ code, message }) => [code, message]);
  }
}

describe("a submission", () => {
  it("takes amounts as numbers or as text with units", () => {
    const requirements = { memory: "2G", disk_space: 1000, cpu_count: 1.5, duration: "1h30m" };
    const parsed = parseOrThrow(
      submissionSchema,
      { work_requests: [{ task_name: "build", requirements }] },
      "invalid-submission",
    );
    expect(parsed.work_requests[0]?.requirements).toEqual({
      memory: 2 * 1024 ** 3,
      disk_space: 1000,
      cpu_count: 1.5,
      duration: 5400,
    });
  });

  it.each([
    [
      "a negative amount",
      { requirements: { memory: -1 } },
      "invalid-value",
      'work_requests[0].requirements.memory: found -1, expected bytes as a positive number, or text like "2G" or "512MiB", at most 1P.',
    ],
    [
      "an absurd amount",
      { requirements: { memory: "999999P" } },
      "invalid-value",
      'work_requests[0].requirements.memory: found "999999P", expected bytes as a positive number, or text like "2G" or "512MiB", at most 1P.',
    ],
    [
      "a minimum above its maximum",
      { requirements: { min: { memory: "4G" }, max: { memory: "2G" } } },
      "invalid-value",
      'work_requests[0].requirements.min.memory: found "4G", expected at most the maximum of 2147483648.',
    ],
    ["an unknown field", { taks_data: {} }, "unknown-field", "work_requests[0].taks_data is not known here."],
    [
      "a name of 10,000 characters",
      { task_name: "x".repeat(10_000) },
      "invalid-value",
      `work_requests[0].task_name: found "${"x".repeat(60)}"… (10000 characters), expected at most 200 characters.`,
    ],
    [
      "a subject that an index of PostgreSQL cannot hold",
      { subject: "\u{6587}".repeat(334) },
      "invalid-value",
      `work_requests[0].subject: found "${"\u{6587}".repeat(60)}"… (334 characters), expected at most 1000 bytes in UTF-8.`,
    ],
    [
      "a name with a control character",
      { subject: "a\nb" },
      "invalid-value",
      String.raw`work_requests[0].subject: found "a\nb", expected text without control characters.`,
    ],
    [
      "a wrong kind of value",
      { allow_failure: "yes" },
      "invalid-value",
      'work_requests[0].allow_failure: found "yes", expected true or false.',
    ],
  ])("is refused for %s, naming the place", (_what, request, code, message) => {
    expect(refusals(request)).toEqual([[code, message]]);
  });

  it("takes names with colons and slashes", () => {
    expect(refusals({ subject: "a:b/c", context: "bookworm/amd64" })).toEqual([]);
  });
});
