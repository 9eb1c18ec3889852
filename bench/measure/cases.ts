import { join } from "node:path";

/** What is true of a case; figures that it does not fix are absent. MiB and milliseconds. */
export type Truth = {
  memoryMib?: number;
  cpuMs?: number;
  userMs?: number;
  systemMs?: number;
  diskMib?: number;
  durationMs?: number;
};

/** A command whose figures are known. */
export type Case = { name: string; truth: Truth; argv: string[] };

/**
 * The cases of the accuracy table.
 * @param known the fixture program
 * @param directory where it may write
 */
export function cases(known: string, directory: string): Case[] {
  const file = join(directory, "file");
  const of = (name: string, truth: Truth, ...args: (string | number)[]): Case => ({
    name,
    truth,
    argv: [known, ...args.map(String)],
  });
  return [
    of("200 MiB, held 0.5 s", { memoryMib: 200 }, "alloc", 200, 500),
    of("4 children × 100 MiB, 0.7 s", { memoryMib: 400 }, "spread", 4, 100, 700),
    of("200 MiB shared by 4, 0.7 s", { memoryMib: 200 }, "shared", 200, 4, 700),
    of("500 MiB for 5 ms between rests", { memoryMib: 500 }, "spike", 500, 5, 200),
    of("100 MiB, given back at once", { memoryMib: 100 }, "spike", 100, 0, 50),
    of("1 MiB in a run of 5 ms", { memoryMib: 1 }, "alloc", 1, 5),
    of("20 MiB beside a 300 MiB file", { memoryMib: 20, diskMib: 300 }, "file", file, 300, 20, 500),
    of("100 MiB after 5 execs", { memoryMib: 100 }, "chain", 5, 100, 300),
    of("100 MiB in a daemon left behind", { memoryMib: 100 }, "daemon", 100, 0),
    of("250 MiB for 12 s", { memoryMib: 250 }, "alloc", 250, 12_000),
    of("3 threads × 300 ms CPU", { cpuMs: 900, userMs: 900, systemMs: 0 }, "burn", "user", 300, 3),
    of("500 ms in the kernel", { cpuMs: 500 }, "burn", "system", 500),
    of("200 ms in a daemon left behind", { cpuMs: 200 }, "daemon", 1, 200),
    of("300 ms in a child never waited for", { cpuMs: 300 }, "unwaited", 300),
    of("sleeps 1 s", { durationMs: 1000 }, "hold", 1000),
    of("writes 200 MiB, deletes, writes 100", { diskMib: 200 }, "disk", file, 200, 300),
    of("200 MiB deleted but open", { diskMib: 200 }, "unlinked", file, 200, 300),
  ];
}
