import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LINES_PER_CALL } from "../../../src/contract/worker-protocol.ts";
import {
  emptyQueue,
  MOST_QUEUED,
  send,
  withoutKept,
  withSaid,
  type LineQueue,
  type QueuedLine,
} from "../../../src/worker/report/line-queue.ts";

const saidAll = (queue: LineQueue, texts: readonly string[]) =>
  texts.reduce((all, text) => withSaid(all, { at_ms: 0, level: "info", text }), queue);
const numbered = (count: number, from = 1) => Array.from({ length: count }, (_, index) => `line ${from + index}`);
const textsOf = (lines: readonly QueuedLine[]) => lines.map(({ text }) => text);

describe("the lines that wait for the server", () => {
  it("go in the order in which they were said, so many a call, and again until they are known to be kept", () => {
    const queue = saidAll(emptyQueue("s"), numbered(LINES_PER_CALL + 2));
    const first = send(queue);
    expect(textsOf(first.sent)).toEqual(numbered(LINES_PER_CALL));
    expect(send(first.queue).sent).toEqual(first.sent);
    const rest = send(withoutKept(first.queue, first.sent.at(-1)!.number));
    expect(textsOf(rest.sent)).toEqual(["line 21", "line 22"]);
    expect(withoutKept(rest.queue, rest.sent.at(-1)!.number).lines).toEqual([]);
  });

  it("are the beginning and the end of what was too much, with a line that counts what is lost between", () => {
    const begun = send(saidAll(emptyQueue("s"), numbered(2))).queue;
    const { lines } = saidAll(begun, numbered(MOST_QUEUED + 8, 3));
    expect(lines).toHaveLength(MOST_QUEUED);
    expect(textsOf(lines.slice(0, 4))).toEqual([
      "line 1",
      "line 2",
      "11 lines are missing here: more was said than the server could be told",
      "line 14",
    ]);
    expect(lines[2]).toMatchObject({ level: "warning", lost: 11, number: 13 });
    expect(lines.at(-1)!.text).toBe(`line ${MOST_QUEUED + 10}`);
  });

  /** What can happen to a queue. `isHeard`: the server takes the call in; `isAnswered`: and the worker hears of it. */
  type Step = { kind: "say"; count: number } | { kind: "call"; isHeard: boolean; isAnswered: boolean };
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ kind: fc.constant("say" as const), count: fc.integer({ min: 1, max: 260 }) }),
    fc.record({ kind: fc.constant("call" as const), isHeard: fc.boolean(), isAnswered: fc.boolean() }),
  );

  it("are each kept once and in order, or counted as lost, whatever becomes of calls and answers", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let queue = emptyQueue("s");
        let count = 0;
        const server = new Map<number, QueuedLine>(); // by number, as the table's unique constraint has it
        const call = (isHeard: boolean, isAnswered: boolean) => {
          const { queue: after, sent } = send(queue);
          expect(sent.length).toBeLessThanOrEqual(LINES_PER_CALL);
          queue = after;
          if (isHeard) for (const line of sent) server.set(line.number, server.get(line.number) ?? line);
          if (isHeard && isAnswered && sent.length > 0) queue = withoutKept(queue, sent.at(-1)!.number);
        };
        for (const each of steps) {
          if (each.kind === "call") call(each.isHeard, each.isAnswered);
          else {
            queue = saidAll(queue, numbered(each.count, count + 1));
            count += each.count;
          }
          expect(queue.lines.length).toBeLessThanOrEqual(MOST_QUEUED);
        }
        // ends: each call takes at least one away
        while (queue.lines.length > 0) call(true, true);
        const kept = [...server.values()];
        const spoken = kept.filter(({ lost }) => lost === 0).map(({ text }) => Number(text.slice("line ".length)));
        expect(spoken).toEqual([...new Set(spoken)].toSorted((a, b) => a - b));
        const lost = kept.reduce((sum, line) => sum + line.lost, 0);
        expect(spoken.length + lost).toBe(count);
        expect(spoken.at(-1) ?? 0).toBe(count); // the newest is never lost
      }),
    );
  });
});
