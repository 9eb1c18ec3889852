import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installChromium } from "./web/install-chromium.ts";

/*
 * `npm test`: runs every test and ends with one line, `N passed, N failed`, and `, N skipped` where a suite
 * could not be run on this machine. Arguments are passed on to vitest.
 */

const root = join(import.meta.dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "almanac-test-"));
const report = join(scratch, "report.json");

const asked = process.argv.slice(2);
if (asked.length === 0 || asked.some((argument) => argument.includes("web"))) installChromium();

const vitest = spawnSync(
  process.execPath,
  [
    join(root, "node_modules/vitest/vitest.mjs"),
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...asked,
  ],
  { cwd: root, stdio: "inherit" },
);

const { passed, failed, skipped } = readCounts();
rmSync(scratch, { recursive: true, force: true });
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
process.exitCode = failed > 0 ? 1 : 0;

/** The counts of the report; a run that ended badly without naming a test counts as one failure. */
function readCounts(): { passed: number; failed: number; skipped: number } {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    const { testResults } = JSON.parse(readFileSync(report, "utf8")) as Report; // vitest's own format
    for (const file of testResults) {
      // a file that could not be loaded has no tests to count
      if (file.status === "failed" && file.assertionResults.length === 0) counts.failed += 1;
      for (const { status } of file.assertionResults) {
        if (status === "passed") counts.passed += 1;
        else if (status === "failed") counts.failed += 1;
        else counts.skipped += 1;
      }
    }
  } catch (error) {
    process.stderr.write(`vitest left no report: ${String(error)}\n`);
  }
  if (vitest.status !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

type Report = { testResults: { status: string; assertionResults: { status: string }[] }[] };
