import { LINES_PER_CALL, type SentLines } from "../../src/contract/worker-protocol.ts";
import type { LineLevel } from "../../src/domain/worker-line.ts";
import type { PlayedWorker } from "../server/harness.ts";

/** What a worker says: how many minutes ago, and what. */
type Line = readonly [number, LineLevel, string];

/** A day of a worker that lost its server once, and whose disk fills. */
export const BUILDER_SAID: readonly Line[] = [
  [1430, "info", 'started version="0.1.0" process=811 server="https://almanac.example"'],
  [1430, "info", "measures by cgroup2, the kernel's own figures"],
  ...Array.from({ length: 18 }, (_, index): Line => {
    const name = index % 2 === 0 ? "config.ts" : "almanac.config.ts";
    return [1400 - 60 * index, "info", `the configuration was loaded again file="/srv/almanac/${name}" tasks=7`];
  }),
  [312, "warning", "the server does not answer; runs go on: The server cannot answer now: it refuses connections."],
  [310, "info", "the server answers again, after 1m52s failures=24"],
  [95, "error", 'could not remove the directory of a run: EACCES: permission denied run_id="5061.1"'],
  [41, "warning", 'refused a run more memory: it needs up to 5.3G, 212M are promised to nobody run_id="5093.1"'],
  [12, "warning", "the disk is nearly full: 9.1G is free of the 200G that runs may be given"],
];

/** Of a worker that belongs to somebody else by now. */
export const STRANGE_SAID = (hostile: string): readonly Line[] => [
  [30, "info", "started"],
  [20, "error", hostile],
  [10, "warning", "\u001b]0;title\u0007\u001b[31mred\u001b[0m \u001b[2Jcleared\nand a second line"],
  [5, "error", "x".repeat(500)],
];

/** Has a worker say it, as it would: no more a call than one may carry. */
export async function say(worker: PlayedWorker, said: readonly Line[]): Promise<void> {
  const lines = said.map(([minutes, level, text], index) => {
    return { number: index + 1, age_ms: minutes * 60_000, level, text };
  });
  for (let from = 0; from < lines.length; from += LINES_PER_CALL) {
    const log: SentLines = { session: "of-the-example", lines: lines.slice(from, from + LINES_PER_CALL) };
    await worker.sync([], { log });
  }
}
