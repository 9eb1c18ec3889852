import { targetOf } from "../../contract/reactions.ts";
import { REACTION_KINDS } from "../../domain/reaction.ts";

/*
 * Whoever knows the address of a webhook may call it: its path or query is often the only secret. Addresses stand in requests,
 * layers, and in what schedules and hooks submit, so they are hidden where answers leave the server, not where each is made:
 * an answer that nobody thought of is hidden as well.
 */

/** An answer as whoever has the scope may see it: all of it with `admin`, else of each webhook only its host. */
export function asSeenBy<Answer>(scope: string | undefined, answer: Answer): Answer {
  // what workers are told holds no addresses, and they ask several times a second
  if (scope === "admin" || scope === "worker") return answer;
  return hide(answer) as Answer; // texts stay texts
}

/** What people and programs wrote as they liked, as deep as they liked: it is shown as it was written. */
const FREE_FORM = new Set(["task_data", "output_data"]);

function hide(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value) ? hideInList(value) : hideInRecord(value);
}

/** What has no address in it is given as it is: most of an answer. */
function hideInList(list: readonly unknown[]): unknown {
  const shown = list.map(hide);
  return shown.every((one, index) => one === list[index]) ? list : shown;
}

function hideInRecord(record: object): unknown {
  const isOfReaction = "field" in record && isReaction(record.field); // a layer, or a field that is explained
  let shown: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(record)) {
    if (FREE_FORM.has(name)) continue;
    const hidden = isReaction(name) || (isOfReaction && name === "value") ? hideActions(value) : hide(value);
    if (hidden !== value) shown = { ...(shown ?? record), [name]: hidden };
  }
  return shown ?? record;
}

function hideActions(value: unknown): unknown {
  if (!Array.isArray(value)) return hide(value);
  return value.map((action) => (typeof action === "string" ? targetOf(action) : hide(action)));
}

function isReaction(name: unknown): boolean {
  return REACTION_KINDS.some((kind) => kind === name);
}
