import { describe, expect, it } from "vitest";
import { sharedSegmentBytes } from "../../../src/worker/measure/shared-segments.ts";

const PAGE = 4096;

/** A line of `/proc/PID/maps`; addresses and offset in pages. */
function mapping(from: number, pages: number, rest: { mode?: string; offset?: number; file: string }): string {
  const hex = (value: number): string => (value * PAGE).toString(16);
  const { mode = "rw-s", offset = 0, file } = rest;
  return `${hex(from)}-${hex(from + pages)} ${mode} ${hex(offset).padStart(8, "0")} ${file}\n`;
}

describe("shared memory that processes can have in use together", () => {
  it("is each segment once, however many map it", () => {
    const one = mapping(100, 10, { file: "00:01 77                 /dev/zero (deleted)" });
    expect(sharedSegmentBytes([one, one, one])).toBe(10 * PAGE);
  });

  it("is all of a segment of which each maps a part", () => {
    const first = mapping(100, 10, { file: "00:1a 5 /dev/shm/a" });
    const second = mapping(900, 10, { offset: 5, file: "00:1a 5 /dev/shm/a" });
    expect(sharedSegmentBytes([first, second])).toBe(15 * PAGE);
  });

  it("is not what a process has for itself, or a private mapping of a file on a disk", () => {
    const own = mapping(1, 50, { mode: "rw-p", file: "00:00 0" });
    const program = mapping(60, 50, { mode: "r-xp", file: "fe:01 1234 /usr/bin/sh" });
    expect(sharedSegmentBytes([own + program])).toBe(0);
  });

  it("counts private mappings of files in memory", () => {
    expect(sharedSegmentBytes([mapping(1, 3, { mode: "r--p", file: "00:1a 9 /dev/shm/data" })])).toBe(3 * PAGE);
  });
});
