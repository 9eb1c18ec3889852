import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { syncRequestSchema } from "../../../src/contract/worker-protocol.ts";
import { SaidLines } from "../../../src/worker/report/said-lines.ts";

let directory: string;
let nowMs = 0;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "almanac-said-"));
  nowMs = Date.parse("2026-11-23T12:00:00.000Z");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = () => join(directory, "unsent-lines.json");
const open = (session: string) => new SaidLines(file(), session, { nowMs: () => nowMs, monotonicMs: () => 0 });
const logSchema = syncRequestSchema.shape.log.unwrap();

describe("what a worker said", () => {
  it("is told with how long ago it was, again until it is kept", () => {
    const said = open("one");
    said.say("warning", "first");
    nowMs += 1500;
    said.say("info", "second");
    const sent = said.next()!;
    expect(sent).toEqual({
      session: "one",
      lines: [
        { number: 1, age_ms: 1500, level: "warning", text: "first" },
        { number: 2, age_ms: 0, level: "info", text: "second" },
      ],
    });
    expect(said.next()).toEqual(sent);
    said.kept(sent);
    expect([said.next(), said.isEmpty]).toEqual([undefined, true]);
  });

  it("is something that the server takes, also where the machine's clock was set by half a century", () => {
    const said = open("one");
    nowMs = 0;
    said.say("info", "the clock was not set yet");
    nowMs = Date.parse("2026-11-23T12:00:00.000Z");
    said.say("info", "now it is");
    nowMs -= 3_600_000;
    const sent = said.next()!;
    expect(logSchema.parse(sent)).toEqual(sent);
    expect(sent.lines[1]!.age_ms).toBe(0);
  });

  it("waits on disk for the next worker of the name, which goes on counting", async () => {
    const first = open("one");
    first.say("info", "a");
    first.kept(first.next()!);
    first.say("error", "b");
    await first.close();
    const second = open("two");
    second.say("info", "c");
    expect(existsSync(file())).toBe(false);
    expect(second.next()).toMatchObject({
      session: "one",
      lines: [
        { number: 2, text: "b" },
        { number: 3, text: "c" },
      ],
    });
    await second.close();
  });

  it.each(["", "{", '{"session":"one","next":2,"lines":[{}]}', '{"session":"a b","next":1,"lines":[]}'])(
    "begins anew where what was left cannot be read: %s",
    (left) => {
      writeFileSync(file(), left);
      const said = open("two");
      said.say("info", "a");
      expect(said.next()).toMatchObject({ session: "two", lines: [{ number: 1 }] });
    },
  );
});
