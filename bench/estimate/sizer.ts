import type { Score } from "./score.ts";
import type { TraceRun } from "./traces.ts";

/** The run to be sized: what is known before it. Bytes. */
export type Asked = { task: string; subject: string; context: string; input_size?: number; asked?: number };

/** The run that ended. `need` in bytes, `duration` in seconds. */
export type Ended = Asked & { id: number; need: number; duration: number; machine?: string };

/** Amounts to try one after the other; then the last is doubled until it is enough. */
export type Proposal = { ladder: number[]; p50?: number; p95?: number };

/** A way to size the runs of one trace. */
export type Sizer = {
  /** Undefined: nothing is known. */
  propose(run: Asked): Proposal | undefined;
  learn(run: Ended): void;
};

/** A way to size, by name. The runs of the trace tell what is known of it before: the largest machine, if at all. */
export type Method = { name: string; create: (runs: readonly TraceRun[]) => Sizer };

/** Of how many failures a worker with elastic memory averts: it raises the limit, and nothing is lost. */
export type Elastic = { random: () => number; share: number };

/** Lets a run attempt what was proposed until it fits, and scores it. `need` in bytes, `duration` in seconds. */
export function attempt(score: Score, proposal: Proposal, need: number, duration: number, elastic?: Elastic): void {
  let amount = proposal.ladder[0]!; // a proposal has at least one amount
  for (let step = 1; amount < need; step += 1) {
    const wasRaised = elastic !== undefined && elastic.random() < elastic.share;
    if (!wasRaised) {
      score.failed += 1;
      score.under += amount * duration;
    }
    amount = Math.max(proposal.ladder[step] ?? 0, step < proposal.ladder.length ? amount : 2 * amount);
  }
  score.over += (amount - need) * duration;
  score.used += need * duration;
  score.runs += 1;
  if (proposal.p50 === undefined || proposal.p95 === undefined) return;
  score.predicted += 1;
  score.within_p50 += need <= proposal.p50 ? 1 : 0;
  score.within_p95 += need <= proposal.p95 ? 1 : 0;
}
