import type { FailureMark } from "../../src/domain/failure.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import type { Random } from "../../src/simulate/random.ts";
import { failureMark } from "../../src/verdict/fingerprint.ts";

/** What is true of one request of a generated key. */
export type Truth = "good" | "broken" | "never";

/** A key with a known truth: each request's runs can be drawn as often as they are asked for. */
export type GeneratedKey = {
  truths: Truth[];
  /** Draws the end of one run of the request at an index. */
  run(index: number): { outcome: Outcome; failure?: FailureMark };
};

export type KeyOptions = {
  requests: number;
  /** A run of good work fails so often. */
  flakeRate: number;
  /** A run ends for reasons of the infrastructure so often. */
  infrastructureRate: number;
  /** Where a break begins and how many requests it lasts; none: it never breaks. */
  breaks: readonly { from: number; length: number }[];
  hasNeverPassed: boolean;
  /** False: the logs say nothing, only the exit code is there. */
  isTelling: boolean;
};

/** A new flake shows one of so many faces; a face that is new comes so often. */
const FACES = 3;
const NEW_FACE = 0.15;

/** Makes a key. Everything is drawn from `random`. */
export function generateKey(options: KeyOptions, random: Random): GeneratedKey {
  const name = Math.floor(random() * 1e6);
  const truths = Array.from({ length: options.requests }, (_, index): Truth => {
    if (options.hasNeverPassed) return "never";
    return options.breaks.some(({ from, length }) => index >= from && index < from + length) ? "broken" : "good";
  });
  const breakOf = (index: number) =>
    options.breaks.findIndex(({ from, length }) => index >= from && index < from + length);
  let faces = 0;
  const flake = () => {
    faces += 1;
    const face = random() < NEW_FACE ? `new ${letters(faces)}` : letters(Math.floor(random() * random() * FACES));
    return failed(
      `connection to ${letters(name)} ${face} lost: timeout after ${Math.floor(random() * 1e4)} ms`,
      options,
    );
  };
  return {
    truths,
    run(index) {
      if (random() < options.infrastructureRate) return { outcome: { kind: "worker_lost" } };
      const truth = truths[index];
      const isFlake = random() < options.flakeRate;
      if (truth === "good") return isFlake ? flake() : { outcome: { kind: "exited", code: 0 } };
      const what = truth === "never" ? "never" : letters(breakOf(index) + 1000 * name);
      // what is broken always fails, and mostly in its own way
      if (isFlake && random() < 0.3) return flake();
      return failed(
        `/build/${Math.floor(random() * 1e5)}/src/${letters(name)}.c:${Math.floor(random() * 900)}: error: ${what} undeclared`,
        options,
      );
    },
  };
}

function failed(line: string, { isTelling }: KeyOptions): { outcome: Outcome; failure?: FailureMark } {
  const outcome: Outcome = { kind: "exited", code: 1 };
  const failure = failureMark(outcome, isTelling ? [{ stream: "stderr", text: line }] : []);
  return { outcome, ...(failure !== undefined && { failure }) };
}

/** A number as a word, so that it is not folded away. */
function letters(value: number): string {
  return String(value).replaceAll(/\d/g, (digit) => "abcdefghij".charAt(Number(digit)));
}
