import { describe, expect, it } from "vitest";
import { diskWarning } from "../../src/worker/low-disk.ts";

const GIB = 1024 ** 3;

describe("the warning of a disk that is nearly full", () => {
  it("comes once, and again only after there was clearly more room", () => {
    const said: string[] = [];
    const tell = (level: string) => (_: object, message: string) => void said.push(`${level}: ${message}`);
    const look = diskWarning({ info: tell("info"), warn: tell("warn"), error: tell("error") }, 100 * GIB);
    for (const free of [50, 5, 4.9, 4, 5.5, 9.9]) look(free * GIB);
    expect(said).toEqual(["warn: the disk is nearly full: 4.9G is free of the 100G that runs may be given"]);
    for (const free of [10, 30, 2]) look(free * GIB);
    expect(said.slice(1)).toEqual([
      "info: the disk has room again: 10.0G is free",
      "warn: the disk is nearly full: 2.0G is free of the 100G that runs may be given",
    ]);
    look(undefined);
    expect(said).toHaveLength(3);
  });
});
