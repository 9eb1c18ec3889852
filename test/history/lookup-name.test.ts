import * as fc from "fast-check";
import { anyText } from "./any-text.ts";
import { describe, expect, it } from "vitest";
import { formatLookupName, LOOKUP_KINDS, parseLookupName } from "../../src/history/lookup-name.ts";
import { TASK_TYPES } from "../../src/domain/task.ts";

// oxlint-disable-next-line no-control-regex -- control characters are what a label may not hold
const CONTROL = /[\u0000-\u001f\u007f]/;

function label(minLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: "grapheme", minLength, maxLength: 60 }).filter((text) => !CONTROL.test(text));
}

const lookups = fc.record({
  which: fc.constantFrom(...LOOKUP_KINDS),
  key: fc.record({
    task_type: fc.constantFrom(...TASK_TYPES),
    task_name: label(1),
    subject: label(0),
    context: label(0),
  }),
});

function messagesOf(name: string): string[] {
  const parsed = parseLookupName(name);
  return parsed.ok ? [] : parsed.errors.map((error) => error.message);
}

describe("lookup by name", () => {
  it("writes the parts URL-quoted between colons", () => {
    const key = { task_type: "worker", task_name: "build", subject: "g++:12", context: "bookworm/amd64" } as const;
    expect(formatLookupName({ which: "success", key })).toBe("last-success:worker:build:g%2B%2B%3A12:bookworm%2Famd64");
  });

  it("gives back every key that was written, colons, slashes and percent signs included", () => {
    fc.assert(
      fc.property(lookups, (lookup) => {
        expect(parseLookupName(formatLookupName(lookup))).toEqual({ ok: true, lookup });
      }),
    );
  });

  it("reads a name whose slashes are not quoted", () => {
    expect(parseLookupName("last-entry:worker:build:gcc:bookworm/amd64")).toEqual({
      ok: true,
      lookup: {
        which: "entry",
        key: { task_type: "worker", task_name: "build", subject: "gcc", context: "bookworm/amd64" },
      },
    });
  });

  it("never throws, whatever the text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = parseLookupName(text);
        expect(parsed.ok || parsed.errors.length > 0).toBe(true);
      }),
    );
  });

  it("writes half a surrogate pair as the replacement character", () => {
    const key = { task_type: "worker", task_name: "a\ud800", subject: "", context: "" } as const;
    expect(formatLookupName({ which: "entry", key })).toBe("last-entry:worker:a%EF%BF%BD::");
  });

  it("says how many parts a name has and must have", () => {
    expect(messagesOf("last-entry:worker:build")).toEqual([
      'name: found "last-entry:worker:build", expected last-entry:, last-success: or last-failure: followed by ' +
        "TYPE:NAME:SUBJECT:CONTEXT, each part URL-quoted; it has 3 of 5.",
    ]);
  });

  it("names each part that is wrong", () => {
    expect(messagesOf("last-win:robot::%zz:a%0Ab")).toEqual([
      'name: found "last-win", expected last-entry, last-success or last-failure.',
      'task_type: found "robot", expected one of worker, server, workflow, wait, internal.',
      'task_name: found "", expected a name of 1 to 200 characters.',
      'subject: found "%zz", expected URL-quoted text, where % is followed by two hex digits.',
      'context: found "a\\nb", expected text without control characters.',
    ]);
  });

  it("shortens a name of 10,000 characters in the message", () => {
    expect(messagesOf(`last-entry:worker:${"x".repeat(10_000)}::`)[0]).toMatch(
      /^task_name: found "x{60}"… \(10000 characters\), expected at most 200 characters\.$/,
    );
  });
});
