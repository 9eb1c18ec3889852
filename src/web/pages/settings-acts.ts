import type { VNode } from "preact";
import { actWords, targetText, type Act, type ActTarget } from "../../domain/act.ts";
import type { Timestamp } from "../../domain/clock.ts";
import { element as e } from "../element.ts";
import { table } from "../parts/table.ts";
import { ago } from "../parts/time.ts";

/** What people did, newest first, and which of what it was done to still has a page: its kind and name, with a space between. */
export type Acts = { acts: readonly Act[]; there: ReadonlySet<string> };

/** Who changed what, newest first. */
export function actTable(root: string, { acts, there }: Acts, now: Timestamp): VNode {
  if (acts.length === 0) return e("p", {}, "Nobody has changed anything of the server yet.");
  return table(
    "What people did, newest first",
    ["When", "Who", { name: "What", look: "wide" }],
    acts.map((act) => [ago(act.at, now), act.data.by, deed(root, act, there)]),
  );
}

function deed(root: string, act: Act, there: ReadonlySet<string>): VNode {
  const { did, to, more = "" } = actWords(act);
  if (to === undefined) return e("span", {}, did, more);
  const text = targetText(to);
  const isThere = to.kind === "finding" || there.has(`${to.kind} ${to.name}`);
  return e("span", {}, did, " ", isThere ? e("a", { href: addressOf(root, to) }, text) : text, more);
}

const PAGES: Record<ActTarget["kind"], string> = {
  worker: "workers",
  finding: "regressions",
  schedule: "schedules",
  hook: "hooks",
};

function addressOf(root: string, { kind, name }: ActTarget): string {
  return `${root}${PAGES[kind]}/${encodeURIComponent(name)}`;
}
