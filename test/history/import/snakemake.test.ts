import { describe, expect, it } from "vitest";
import { parseImport } from "../../../src/history/import/import.ts";

const completed_at = "2026-10-01T12:00:00.000Z";
const HEADER = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time";

describe("a Snakemake benchmark", () => {
  it("has one row for each repeat", () => {
    const text = `${HEADER}\n12.5\t0:00:12\t110.00\t500.0\t90.0\t100.00\t1.0\t2.0\t180.0\t22.5\n13.0\t0:00:13\tNA\tNA\tNA\tNA\t-\t-\t-\tNA\n`;
    const { entries, problems } = parseImport("snakemake", text, { completed_at, task: { value: "align" } });
    expect(problems).toEqual([]);
    expect(entries.map((entry) => [entry.completed_at, entry.runtime_statistics, entry.duration_ms])).toEqual([
      ["2026-10-01T11:59:59.999Z", { duration: 13, cpu_time: 23, memory: 100 * 2 ** 20 }, 12_500],
      ["2026-10-01T12:00:00.000Z", { duration: 13 }, 13_000],
    ]);
  });

  it("has its own names when it is extended", () => {
    const text = `${HEADER}\tjobid\trule_name\twildcards\n1\t0:00:01\t5\t5\t5\t5\t0\t0\t0\t1\t3\tmap\tsample=a\n`;
    expect(parseImport("snakemake", text, { completed_at }).entries[0]).toMatchObject({
      task_name: "map",
      subject: "sample=a",
    });
  });

  it("needs a name and a time", () => {
    expect(parseImport("snakemake", `${HEADER}\n`).problems.map(({ message }) => message)).toEqual([
      "line 1, task: found nothing, expected a name: only extended benchmarks have the column rule_name.",
      "line 1, completed_at: found nothing, expected a time: the file has none.",
    ]);
  });
});
