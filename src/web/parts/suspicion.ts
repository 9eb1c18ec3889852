import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import { parseRunId } from "../../domain/ids.ts";
import type { Worker } from "../../domain/worker.ts";
import { element as e } from "../element.ts";
import { capital } from "./answers.ts";
import { workerLink } from "./links.ts";
import { ago } from "./time.ts";

const MOST_RUNS = 8;

/** That a worker fails what passes elsewhere: since when, and by which runs; nothing where it is not suspected. */
export function suspicionPart(
  root: string,
  worker: Pick<Worker, "worker_name" | "suspicion"> | undefined,
  now: Timestamp,
): VNode | null {
  if (worker === undefined || worker.suspicion === null) return null;
  const { worker_name, suspicion } = worker;
  const runs = suspicion.evidence.slice(0, MOST_RUNS).flatMap((id, index) => {
    const parts = parseRunId(id);
    const href = parts === undefined ? root : `${root}r/${parts.work_request_id}?run=${parts.attempt}`;
    return [index === 0 ? "" : ", ", e("a", { href }, id)];
  });
  return e(
    "div",
    { class: "card warning" },
    e(
      "p",
      {},
      e("strong", {}, workerLink(root, worker_name), " is suspected to be at fault"),
      ", since ",
      ago(suspicion.since, now),
      `: ${capital(suspicion.because).replace(/\.$/, "")}.`,
    ),
    runs.length === 0
      ? null
      : e("p", {}, "By the runs ", ...runs, ". Who resumes the worker takes the suspicion away."),
  );
}
