import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findHome, homePaths, readServerRecord, removeServerRecord, writeServerRecord } from "../../src/client/home.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "almanac-home-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test("the option is asked before the environment, and that before the default", () => {
  expect(findHome("/a", { ALMANAC_HOME: "/b" })).toBe("/a");
  expect(findHome(undefined, { ALMANAC_HOME: "/b" })).toBe("/b");
  expect(findHome("", { ALMANAC_HOME: "" })).toMatch(/\.local\/share\/almanac$/);
});

test("the record of a server is found again, and only its owner may read it", () => {
  const record = { url: "http://127.0.0.1:4747", token: "t", pid: process.pid };
  expect(readServerRecord(home)).toBeUndefined();
  writeServerRecord(home, record);
  expect(readServerRecord(home)).toEqual(record);
  expect(statSync(homePaths(home).serverFile).mode & 0o777).toBe(0o600);
  expect(readdirSync(home)).toEqual(["server.json"]);
});

test("a server takes only its own record away", () => {
  writeServerRecord(home, { url: "u", token: "t", pid: process.pid + 1 });
  removeServerRecord(home);
  expect(readServerRecord(home)).toBeDefined();
  writeServerRecord(home, { url: "u", token: "t", pid: process.pid });
  removeServerRecord(home);
  expect(readServerRecord(home)).toBeUndefined();
});

test("a record that is none is named", () => {
  writeFileSync(homePaths(home).serverFile, '{"url":1}');
  expect(() => readServerRecord(home)).toThrow(`${homePaths(home).serverFile} is not a record of a server`);
});
