import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { importsOf, parseRules, readImports, violations } from "./imports.ts";

const root = join(import.meta.dirname, "../..");
const rules = parseRules(readFileSync(join(root, "docs/architecture.md"), "utf8"));

describe("the rooms of the house", () => {
  it("import only what docs/architecture.md allows them", () => {
    const imports = readImports(join(root, "src"));
    expect(imports.length).toBeGreaterThan(100);
    expect(violations(rules, imports)).toEqual([]);
  });

  it("all stand in the table, and the table names no other", () => {
    const rooms = readdirSync(join(root, "src"), { withFileTypes: true }).map((entry) => entry.name);
    const named = new Set(rules.map((rule) => rule.room.split("/")[0]));
    expect([...named].sort()).toEqual(rooms.sort());
  });

  it.each([
    ["a pure room that reads a clock's module", "estimate/x.ts", 'import { performance } from "node:perf_hooks";'],
    ["a program that imports another", "worker/x.ts", 'import { startServer } from "../server/serve.ts";'],
    ["SQL outside the store", "server/loop/x.ts", 'import { sql } from "kysely";'],
    ["the store's inside used from outside", "server/http/x.ts", 'import { a } from "../store/tables.ts";'],
    ["the web framework outside http", "server/loop/x.ts", 'const f = await import("fastify");'],
    ["domain importing anything", "domain/x.ts", 'export { z } from "zod";'],
    [
      "a thread that is another room's file",
      "contract/x.ts",
      'new Worker(new URL("../server/serve.ts", import.meta.url));',
    ],
    ["a file in no room", "extra/x.ts", 'import { a } from "../domain/ids.ts";'],
  ])("catches %s", (_what, file, text) => {
    expect(violations(rules, importsOf(file, text))).toHaveLength(1);
  });
});
