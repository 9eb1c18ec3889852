import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Outcome } from "../../src/domain/outcome.ts";
import { FAIL_ON, VERDICT_KINDS, type FailOn, type VerdictKind } from "../../src/domain/verdict.ts";
import { isFatal } from "../../src/verdict/fatal.ts";
import { judge, type JudgeQuestion } from "../../src/verdict/judge.ts";
import { COMPILE, FAILED, history, NETWORK, PASSED, question, run } from "./cases.ts";

const MANY = "P".repeat(40);
const OVER: Outcome = { kind: "out_of_memory", limit: 1024 };

const HISTORIES = {
  none: "",
  "only failures": "FFF",
  "only successes": MANY,
  "last failed": `${MANY}F`,
  "last passed": `${MANY}FFFP`,
  mixed: `${MANY}KPKPPKPPP`,
};
type Name = keyof typeof HISTORIES;

/** For each end of a request and each history: what it means. */
const TABLE: { end: string; ends: [Outcome, string?][]; kinds: Record<Name, VerdictKind> }[] = [
  {
    end: "passed",
    ends: [[PASSED]],
    kinds: all("passed", { "only failures": "fixed", "last failed": "fixed" }),
  },
  { end: "failed, then passed", ends: [[FAILED, NETWORK], [PASSED]], kinds: all("flaky") },
  {
    end: "failed twice alike",
    ends: [
      [FAILED, COMPILE],
      [FAILED, COMPILE],
    ],
    kinds: all("regression", { none: "first_run", "only failures": "never_passed", "last failed": "known_failure" }),
  },
  {
    end: "failed twice in a new way",
    ends: [
      [FAILED, "panic: index out of range"],
      [FAILED, "panic: index out of range"],
    ],
    kinds: all("regression", { none: "first_run", "only failures": "never_passed" }),
  },
  {
    end: "failed once, as in flakes before",
    ends: [[FAILED, NETWORK]],
    kinds: all("regression", { none: "first_run", "only failures": "never_passed", mixed: "flaky" }),
  },
  { end: "ran out of memory", ends: [[OVER]], kinds: all("over_limit") },
  { end: "lost its worker", ends: [[{ kind: "worker_lost" }]], kinds: all("infrastructure") },
];

function all(kind: VerdictKind, others: Partial<Record<Name, VerdictKind>> = {}): Record<Name, VerdictKind> {
  // made of the names themselves
  return Object.fromEntries(Object.keys(HISTORIES).map((name) => [name, others[name as Name] ?? kind])) as never;
}

describe("a verdict", () => {
  const cases = TABLE.flatMap(({ end, ends, kinds }) =>
    Object.entries(kinds).map(([name, kind]) => ({ end, ends, name: name as Name, kind })),
  );
  it.each(cases)("of what $end is $kind, with a history of $name", ({ ends, name, kind }) => {
    const finding = judge(question(history(HISTORIES[name]), ends));
    expect(finding).toMatchObject({ kind });
    expect(finding.because).not.toBe("");
    expect(finding.confidence).toBeGreaterThan(0);
    expect(finding.confidence).toBeLessThanOrEqual(1);
  });

  it("says why with numbers", () => {
    const { because, evidence } = judge(question(history(MANY), [[FAILED, COMPILE], [FAILED, COMPILE]])); // prettier-ignore
    expect(because).toBe(
      "all 40 earlier requests passed; it failed 2 times in a row on w-1 and w-2, each time alike; " +
        "runs of its key fail by chance in 0.69 % (at most 2.7 %)",
    );
    expect(evidence.slice(0, 3)).toEqual(["1000.2", "1000.1", "40.1"]);
    expect(evidence).toHaveLength(20);
  });

  it("of what was never run is misconfigured, and of what was skipped says why", () => {
    const nothing: Omit<JudgeQuestion, "result"> = { runs: [], errors: [], history: [], level: "none" };
    const errors = [{ code: "unknown-task", message: "no such task" }];
    expect(judge({ ...nothing, result: "error", errors })).toMatchObject({
      kind: "misconfigured",
      because: "it was never run: no such task",
    });
    expect(judge({ ...nothing, result: "skipped", skip_reason: "built already" })).toMatchObject({
      kind: "passed",
      because: "it needed no run: built already",
    });
  });

  it("of a command that is not there is misconfigured, of a worker that cannot start it infrastructure", () => {
    const failed = (code: string): JudgeQuestion => {
      const errors = [{ code, message: code }];
      return { ...question([], [[{ kind: "start_failed", errors }]]), errors };
    };
    expect(judge(failed("command-not-found")).kind).toBe("misconfigured");
    expect(judge(failed("worker-disk-full")).kind).toBe("infrastructure");
    expect(judge(failed("worker-out-of-memory")).kind).toBe("infrastructure");
  });

  it("wants another run before it calls a regression, and none of what is known", () => {
    const once: [Outcome, string][] = [[FAILED, COMPILE]];
    const wants = (letters: string): boolean => judge(question(history(letters), once)).isWorthAnotherRun;
    expect(wants(MANY)).toBe(true);
    expect(wants(`${MANY}F`)).toBe(false);
    expect(wants("FFF")).toBe(false);
    expect(wants("")).toBe(false);
    const sure = judge(question(history("P".repeat(150)), [...once, ...once]));
    expect(sure).toMatchObject({ kind: "regression", isWorthAnotherRun: false });
  });

  it("of a known failure that fails otherwise is a regression", () => {
    const past = history(`${MANY}FFF`);
    expect(judge(question(past, [[FAILED, COMPILE]])).kind).toBe("known_failure");
    const other: [Outcome, string] = [FAILED, "panic: index out of range"];
    expect(judge(question(past, [other, other])).kind).toBe("regression");
  });

  it("follows what people said of earlier requests", () => {
    const once: [Outcome, string][] = [[FAILED, COMPILE]];
    const after = (letters: string, said: VerdictKind): VerdictKind =>
      judge(question(history(letters, { index: 40, said }), once)).kind;
    expect(after(`${MANY}FPPP`, "known_failure")).toBe("known_failure");
    expect(after(`${MANY}F`, "infrastructure")).toBe("regression");
    expect(after(`${MANY}F`, "regression")).toBe("known_failure");
    expect(after(`${MANY}F`, "flaky")).toBe("flaky");
  });

  it("does not count lost workers as failures of the work", () => {
    expect(judge(question(history("III"), [[FAILED]])).kind).toBe("first_run");
    expect(judge(question(history(`${MANY}II`), [[PASSED]])).kind).toBe("passed");
  });

  it("that stands on other contexts says so and is less sure", () => {
    const asked: JudgeQuestion = { ...question(history(MANY), [[FAILED, COMPILE], [FAILED, COMPILE]]), level: "subject" }; // prettier-ignore
    const finding = judge(asked);
    expect(finding).toMatchObject({ kind: "regression", level: "subject", confidence: 0.8, hasPassedBefore: true });
    expect(finding.because).toContain("judged by the same subject in other contexts");
  });

  it("points at the farm when many subjects fail alike", () => {
    const asked = { ...question(history(MANY), [[FAILED, COMPILE]]), farm: { subjects: 6, because: "the farm" } };
    expect(judge(asked)).toMatchObject({ kind: "infrastructure", because: "the farm", isWorthAnotherRun: false });
  });

  const letters = fc.array(fc.constantFrom("P", "F", "N", "K", "I"), { maxLength: 60 }).map((list) => list.join(""));

  it("depends on the order of requests only, and never throws", () => {
    fc.assert(
      fc.property(letters, fc.constantFrom(PASSED, FAILED, OVER), (past, outcome) => {
        const asked = question(history(past), [[outcome, COMPILE]]);
        const finding = judge(asked);
        expect(judge(asked)).toEqual(finding);
        expect(VERDICT_KINDS).toContain(finding.kind);
        expect(finding.confidence).toBeGreaterThanOrEqual(0);
        expect(finding.confidence).toBeLessThanOrEqual(1);
        const hasPassed = /[PK]/.test(past);
        expect(hasPassed || finding.kind !== "regression").toBe(true);
      }),
    );
  });

  it("gets no less sure of a regression with each further failure that is alike", () => {
    fc.assert(
      fc.property(letters, fc.integer({ min: 1, max: 4 }), (past, count) => {
        const times = (n: number) => Array.from({ length: n }, (): [Outcome, string] => [FAILED, "a new failure"]);
        const [fewer, more] = [count, count + 1].map((n) => judge(question(history(past), times(n))));
        fc.pre(fewer!.kind === "regression");
        expect(more!.kind).toBe("regression");
        expect(more!.confidence).toBeGreaterThanOrEqual(fewer!.confidence);
      }),
    );
  });

  it("names each run of a request that was run again as evidence", () => {
    const runs = [run(7, 1, FAILED), run(7, 2, PASSED)];
    const asked: JudgeQuestion = { runs, result: "success", errors: [], history: [], level: "none" };
    expect(judge(asked)).toMatchObject({ kind: "flaky", evidence: ["7.2", "7.1"] });
  });
});

describe("a policy", () => {
  const always = { any: true, regression: true, never: true };
  const never = { any: false, regression: false, never: false };
  const asRegression = { any: true, regression: true, never: false };
  const harmless = { any: true, regression: false, never: false };

  /** Of requests that did not succeed: with and without an earlier success. */
  const FAILURES: Record<VerdictKind, [Record<FailOn, boolean>, Record<FailOn, boolean>]> = {
    passed: [harmless, harmless],
    fixed: [harmless, harmless],
    flaky: [harmless, harmless],
    regression: [asRegression, asRegression],
    known_failure: [harmless, harmless],
    never_passed: [harmless, harmless],
    first_run: [harmless, harmless],
    over_limit: [asRegression, harmless],
    infrastructure: [asRegression, asRegression],
    misconfigured: [asRegression, asRegression],
    aborted: [always, always],
  };
  const cases = VERDICT_KINDS.flatMap((kind) => FAIL_ON.map((fail_on) => ({ kind, fail_on })));

  it.each(cases)("of $fail_on decides whether a failure that is $kind is fatal", ({ kind, fail_on }) => {
    const asked = { kind, fail_on, result: "failure" as const };
    const [after, without] = FAILURES[kind];
    expect(isFatal({ ...asked, hasPassedBefore: true })).toBe(after[fail_on]);
    expect(isFatal({ ...asked, hasPassedBefore: false })).toBe(without[fail_on]);
  });

  it.each(cases)("of $fail_on lets a success that is $kind go on", ({ kind, fail_on }) => {
    const asked = { kind, fail_on, result: "success" as const, hasPassedBefore: true };
    expect(isFatal(asked)).toBe((kind === "aborted" ? always : never)[fail_on]);
  });
});
