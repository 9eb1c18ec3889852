import type { VNode } from "preact";
import { formatDuration, wholeNumber } from "../../domain/units.ts";
import { table } from "../parts/table.ts";

/** What a server keeps, and for how long, as it was started. */
export type Kept = {
  /** Seconds after its end when a request is deleted, unless it says otherwise; null: never. */
  expire_after: number | null;
  /** Runs of each key beside its last success and failure, and how old they may be; null: any age. */
  history_runs: number;
  history_days: number | null;
  events: number;
  accuracy_days: number;
  delivery_days: number;
  /** Which of these whoever started the server chose; the others are as usual. */
  chosen: { expire_after: boolean; history: boolean; events: boolean };
};

/** What is kept, for how long, and whether somebody chose that. */
export function keptTable({ chosen, ...kept }: Kept): VNode {
  const from = (isChosen: boolean) => (isChosen ? "chosen at its start" : "default");
  const age = kept.history_days === null ? "" : `, at most ${kept.history_days} days old`;
  const after = kept.expire_after === null ? "for ever" : formatDuration(kept.expire_after);
  return table(
    "What is kept",
    [{ name: "What", look: "name" }, { name: "How long", look: "wide" }, "From"],
    [
      [
        "requests, their runs, logs and outputs",
        `${after} after their end, unless a request says otherwise`,
        from(chosen.expire_after),
      ],
      [
        "history of each key",
        `the newest ${wholeNumber(kept.history_runs)} runs${age}, the last success and the last failure, whatever becomes of requests`,
        from(chosen.history),
      ],
      ["events", `those of requests that are there, and the newest ${wholeNumber(kept.events)}`, from(chosen.events)],
      ["accuracy of estimates, by task and day", `${kept.accuracy_days} days`, "fixed"],
      ["deliveries that ended", `${kept.delivery_days} days`, "fixed"],
    ],
  );
}
