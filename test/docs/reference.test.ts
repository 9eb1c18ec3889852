import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { generatedPages } from "../../docs/reference/generate/pages.ts";
import { runtimeStatisticsSchema } from "../../src/contract/records.ts";
import { OUTCOME_KINDS } from "../../src/domain/outcome.ts";
import { commandData } from "../../src/task/command.ts";
import { ROOT } from "./fenced-blocks.ts";

const REFERENCE = join(ROOT, "docs/reference");
const pages = await generatedPages();

describe("the reference", () => {
  it.each([...pages.keys()])("has %s as the source makes it", (name) => {
    // when it differs: npm run docs
    expect(readFileSync(join(REFERENCE, name), "utf8")).toBe(pages.get(name));
  });

  it("names every runtime statistic", () => {
    const text = readFileSync(join(REFERENCE, "output-data.md"), "utf8");
    const missing = fieldsOf(runtimeStatisticsSchema).filter(
      (name) => !text.includes(`\`runtime_statistics.${name}\``),
    );
    expect(missing).toEqual([]);
  });

  it("says of every outcome what follows", () => {
    const text = readFileSync(join(REFERENCE, "output-data.md"), "utf8");
    expect(OUTCOME_KINDS.filter((kind) => !text.includes(`| \`${kind}\``))).toEqual([]);
  });

  it("names every field of a command's data", () => {
    const text = readFileSync(join(REFERENCE, "task-data.md"), "utf8");
    expect(fieldsOf(commandData).filter((name) => !text.includes(`| \`${name}\``))).toEqual([]);
  });
});

/** The names of an object schema's fields. */
function fieldsOf(schema: object): string[] {
  if (!("shape" in schema) || typeof schema.shape !== "object" || schema.shape === null) {
    throw new TypeError("not the schema of an object");
  }
  return Object.keys(schema.shape);
}
