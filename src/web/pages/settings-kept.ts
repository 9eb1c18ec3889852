import type { VNode } from "preact";
import { wholeNumber } from "../../domain/units.ts";
import { element as e } from "../element.ts";
import { table } from "../parts/table.ts";
import { ageText } from "../parts/time.ts";

/** One bound of what is kept, seconds or a count; null: none. `isChosen`: by whoever started the server, else it is as usual. */
export type KeptBound = { most: number | null; isChosen: boolean };

/** What a server keeps, and for how long, as it was started. */
export type Kept = {
  /** After their end, unless they say otherwise. */
  requests: KeptBound;
  /** Of each key, runs beside its last success and failure, and how old they may be. */
  historyRuns: KeptBound;
  historyAge: KeptBound;
  /** Those that belong to no request. */
  events: KeptBound;
  /** By task and day. */
  accuracy: KeptBound;
  /** After they ended. */
  deliveries: KeptBound;
};

/** What is kept, for how long, whether somebody chose that, and how it is chosen. */
export function keptTable(kept: Kept): VNode[] {
  const { requests, historyRuns, historyAge, events, accuracy, deliveries } = kept;
  const most = historyAge.most === null ? "" : `, at most ${ageText(historyAge.most)} old`;
  const runs = `the newest ${countText(historyRuns)} runs${most}, the last success and the last failure`;
  const row = (what: string, long: string, bounds: readonly KeptBound[], options: readonly string[]) => [
    what,
    long,
    bounds.some(({ isChosen }) => isChosen) ? "chosen at its start" : "default",
    e("span", {}, ...options.flatMap((option, index) => [index === 0 ? "" : " ", e("code", {}, option)])),
  ];
  return [
    table(
      "What is kept",
      [{ name: "What", look: "name" }, { name: "How long", look: "wide" }, "From", "Chosen by"],
      [
        row(
          "requests, their runs, logs and outputs",
          `${ageText(requests.most)} after their end, unless a request says otherwise`,
          [requests],
          ["--keep-requests"],
        ),
        row(
          "history of each key",
          `${runs}, whatever becomes of requests`,
          [historyRuns, historyAge],
          ["--keep-history", "--keep-history-for"],
        ),
        row(
          "events",
          `those of requests that are there, and the newest ${countText(events)} others`,
          [events],
          ["--keep-events"],
        ),
        row("accuracy of estimates, by task and day", ageText(accuracy.most), [accuracy], ["--keep-accuracy"]),
        row("deliveries", `${ageText(deliveries.most)} after they ended`, [deliveries], ["--keep-deliveries"]),
      ],
    ),
    e(
      "p",
      { class: "quiet" },
      "Chosen when the server is started. Requests go by what held when they were submitted, all else by what holds now.",
    ),
  ];
}

function countText({ most }: KeptBound): string {
  return wholeNumber(most ?? 0); // counts have a bound
}
