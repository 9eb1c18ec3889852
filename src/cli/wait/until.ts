import process from "node:process";
import { formatDuration } from "../../domain/units.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { CliError } from "../failure.ts";
import type { Session } from "../session.ts";
import { ECHO_MS } from "../up/stop-signal.ts";

/** How waiting may end before the work does. */
export type WaitingOptions = {
  /** The requests that still go on, for messages and for an abort. */
  open: () => readonly WorkRequestId[];
  /** True when this command submitted them: a second Ctrl-C then aborts them. */
  isOwner: boolean;
  /** The command that comes back to them, such as `almanac wait`. */
  comeBack: string;
  timeoutSeconds?: number | undefined;
};

/** How long after the first Ctrl-C a second one aborts. */
const SECOND_INTERRUPT_MS = 2000;

/**
 * Runs something that waits. Ctrl-C detaches: the work goes on, and the message tells how to come back; a second one
 * within two seconds aborts requests of our own. `--timeout` gives up with its own exit code.
 */
export async function waitUntilDone(
  session: Session,
  options: WaitingOptions,
  wait: (signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  const stop = new AbortController();
  const onInterrupt = () => stop.abort("interrupted");
  process.on("SIGINT", onInterrupt);
  const timer = startTimer(options.timeoutSeconds, () => stop.abort("timeout"));
  try {
    return await wait(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    if (stop.signal.reason === "timeout") throw timedOut(options);
    return await detach(session, options);
  } finally {
    clearTimeout(timer);
    process.removeListener("SIGINT", onInterrupt);
  }
}

/** Node's timers cannot be longer than this; so long a wait ends by other means. */
const MAX_TIMER_MS = 2 ** 31 - 1;

function startTimer(seconds: number | undefined, onEnd: () => void): NodeJS.Timeout | undefined {
  return seconds === undefined ? undefined : setTimeout(onEnd, Math.min(seconds * 1000, MAX_TIMER_MS));
}

function timedOut(options: WaitingOptions): CliError {
  const seconds = options.timeoutSeconds ?? 0;
  return new CliError(EXIT.timeout, `gave up after ${formatDuration(seconds)}: ${listOf(options.open())} not ended.`, {
    next: `The work goes on; come back with: ${options.comeBack} ${options.open().join(" ")}`,
  });
}

async function detach(session: Session, options: WaitingOptions): Promise<ExitCode> {
  const open = options.open();
  session.say(`\ndetached; the work goes on. Come back with: ${[options.comeBack, ...open].join(" ")}`);
  if (!options.isOwner) return EXIT.interrupted;
  session.say("Ctrl-C again within 2 s aborts it.");
  if (await isInterruptedAgain()) {
    // whoever presses it once more wants no less: it must not cut the aborting off, up to the end of the program
    process.on("SIGINT", () => undefined);
    for (const id of open) {
      await session.client.call("abortWorkRequest", {
        params: { id },
        body: { reason: "interrupted by its submitter" },
      });
      session.say(`#${id} aborted`);
    }
  }
  return EXIT.interrupted;
}

function isInterruptedAgain(): Promise<boolean> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const end = (isInterrupted: boolean) => {
      clearTimeout(timer);
      process.removeListener("SIGINT", onInterrupt);
      resolve(isInterrupted);
    };
    const onInterrupt = () => {
      if (performance.now() - startedAt > ECHO_MS) end(true);
    };
    const timer = setTimeout(() => end(false), SECOND_INTERRUPT_MS);
    process.on("SIGINT", onInterrupt);
  });
}

function listOf(ids: readonly WorkRequestId[]): string {
  const shown = ids.slice(0, 5).map((id) => `#${id}`);
  const more = ids.length > shown.length ? ` and ${ids.length - shown.length} more` : "";
  return `${shown.join(", ")}${more} ${ids.length === 1 ? "has" : "have"}`;
}
