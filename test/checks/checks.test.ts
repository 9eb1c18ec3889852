import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

/** What is wrong, in the tool's own words; empty when it found nothing. */
function complaints(tool: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "node_modules/.bin", tool), ...args], {
    cwd: root,
    encoding: "utf8",
  });
  return status === 0 ? "" : `${stdout}${stderr}`;
}

describe("the source", () => {
  it("is well typed", () => expect(complaints("tsc", "-p", "tsconfig.json")).toBe(""));
  it("is well typed without Node in the pure rooms", () =>
    expect(complaints("tsc", "-p", "tsconfig.pure.json")).toBe(""));
  it("is well typed where it runs in a browser", () => expect(complaints("tsc", "-p", "tsconfig.web.json")).toBe(""));
  it("passes the linter", () => expect(complaints("oxlint", "--deny-warnings")).toBe(""));
  it("is formatted", () => expect(complaints("prettier", "--check", "--log-level=warn", ".")).toBe(""));
  it("has no dead code", () => expect(complaints("knip", "--no-progress")).toBe(""));
});
