import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AppError, ERRORS, errorMessage, type ErrorCode } from "../../src/contract/errors.ts";
import { errorOfProblem, problemOf } from "../../src/contract/problem.ts";

const root = join(import.meta.dirname, "../..");
const codes = Object.keys(ERRORS) as ErrorCode[]; // the keys of the registry

/** The sections of docs/errors.md: code → the cells of its table by name. */
function documented(): Map<string, Record<string, string>> {
  const [, ...sections] = readFileSync(join(root, "docs/errors.md"), "utf8").split(/^## /m);
  return new Map(
    sections.map((section) => {
      const cells = [...section.matchAll(/^\| (\w[\w ]*?) *\| (.*?) *\|$/gm)].map(([, name, value]) => [name!, value!]);
      return [section.split("\n", 1)[0]!, Object.fromEntries(cells) as Record<string, string>];
    }),
  );
}

describe("the registry of errors", () => {
  it("is documented whole, and nothing else is", () => {
    expect([...documented().keys()].sort()).toEqual([...codes].sort());
  });

  it.each(codes)("documents %s as it is", (code) => {
    const definition: { status?: number; retryable: boolean; template: string; action: string } = ERRORS[code];
    expect(documented().get(code)).toEqual({
      message: definition.template,
      "HTTP status": String(definition.status ?? "none: an entry of a list"),
      "try again": definition.retryable ? "yes" : "no",
      "what to do": definition.action,
    });
  });

  it("has no code that nobody uses", () => {
    const source = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && file !== "contract/errors.ts")
      .map((file) => readFileSync(join(root, "src", file), "utf8"))
      .join("\n");
    expect(codes.filter((code) => !source.includes(`"${code}"`))).toEqual([]);
  });

  it("fills a template's places from the details, and leaves out what is not given", () => {
    expect(errorMessage("not-found", { what: "work request", id: "#7" })).toBe("There is no work request #7.");
    expect(errorMessage("not-found", { what: "run" })).toBe("There is no run .");
    expect(problemOf(new AppError("not-found", { what: "hook", id: "on-push" })).action).toBe(
      "Check the name or number of the hook; one that was removed or has expired is no longer there.",
    );
  });

  it("comes back from a problem document as the same fault", () => {
    const fault = new AppError("lease-lost", { worker_name: "w-1", run_id: "5.1" });
    const back = errorOfProblem(problemOf(fault, "req-1"));
    expect(back.code).toBe("lease-lost");
    expect(back.message).toBe("The worker w-1 does not hold the lease of run 5.1 any more.");
    expect(back.details).toMatchObject({ worker_name: "w-1", run_id: "5.1", request_id: "req-1" });
  });

  it("keeps a newer server's unknown code readable", () => {
    const problem = { ...problemOf(new AppError("not-found")), code: "brand-new", detail: "Something new." };
    const error = errorOfProblem(problem);
    expect(error.code).toBe("internal-error");
    expect(error.message).toBe("Something new.");
  });
});
