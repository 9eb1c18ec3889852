import { chunksOf } from "../chunks.ts";

/** Bounds one statement. */
const MAX_AT_ONCE = 1_000;

/**
 * Turns a call for many into one for a single: the calls of one turn of the event loop are made as one, in their
 * order. `run` answers with one output for each input, in the same order.
 */
export function gathered<Input, Output>(
  run: (inputs: readonly Input[]) => Promise<readonly Output[]>,
): (input: Input) => Promise<Output> {
  let waiting: Waiting<Input, Output>[] = [];
  const flush = () => {
    const taken = waiting;
    waiting = [];
    for (const chunk of chunksOf(taken, MAX_AT_ONCE)) void answer(run, chunk);
  };
  return (input) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ input, resolve, reject });
    });
}

type Waiting<Input, Output> = { input: Input; resolve: (output: Output) => void; reject: (error: unknown) => void };

/** Never rejects: what went wrong is told to all who asked. */
async function answer<Input, Output>(
  run: (inputs: readonly Input[]) => Promise<readonly Output[]>,
  calls: readonly Waiting<Input, Output>[],
): Promise<void> {
  try {
    const outputs = await run(calls.map(({ input }) => input));
    for (const [index, { resolve }] of calls.entries()) resolve(outputs[index]!); // one for each input
  } catch (error) {
    for (const { reject } of calls) reject(error);
  }
}
