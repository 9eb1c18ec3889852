import { expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { readPage } from "./fenced-blocks.ts";

it("every dependency has its line in docs/decisions/libraries.md, and nothing else has", () => {
  const { dependencies, devDependencies, optionalDependencies } = packageJson;
  const wanted = [dependencies, devDependencies, optionalDependencies].flatMap((list) => Object.keys(list)).sort();
  const lines = readPage("docs/decisions/libraries.md").matchAll(/^\| `([^`]+)` +\| \S/gm);
  expect([...lines].map((match) => match[1]).sort()).toEqual(wanted);
});
