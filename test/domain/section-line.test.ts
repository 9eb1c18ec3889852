import { expect, it } from "vitest";
import { beginsSection, endsSection } from "../../src/domain/section-line.ts";

it("a line begins a part of a log by the marks of what builds, and not by what patches and lists begin with", () => {
  for (const line of [
    "::group::Install",
    "\u001b[36m##[group]Run tests\u001b[0m",
    "\u001b[0Ksection_start:1560896352:build\r\u001b[0KBuilding",
    "section_start:1560896352:build[collapsed=true]\r\u001b[0KBuilding",
    "make[2]: Entering directory '/src'",
    "==> Making package: hello 1.0-1",
  ])
    expect([line, beginsSection(line)]).toEqual([line, true]);
  for (const line of ["--- a/x.c", "+++ b/x.c", "::endgroup::", "make: Leaving directory '/src'", "==>", "a ::group::"])
    expect([line, beginsSection(line)]).toEqual([line, false]);
});

it("a line ends such a part by the marks of those that have one", () => {
  for (const line of [
    "::endgroup::",
    "\u001b[36m##[endgroup]\u001b[0m",
    "\u001b[0Ksection_end:1560896353:build\r\u001b[0K",
    "make[2]: Leaving directory '/src'",
  ])
    expect([line, endsSection(line), beginsSection(line)]).toEqual([line, true, false]);
  for (const line of ["::group::Install", "==> Making package", "a ::endgroup::", "Leaving directory"])
    expect([line, endsSection(line)]).toEqual([line, false]);
});
