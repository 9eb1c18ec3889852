import { assertNever } from "./assert-never.ts";
import { epochMs, type Timestamp } from "./clock.ts";
import type { Event, EventKind } from "./event.ts";
import { formatDuration, wholeNumber } from "./units.ts";

/** Who acts: a token of a person or a program, by its name, which another may have too, and its number, which none has. */
export type Actor = { name: string; token_id: number };

/** What an act's data hold of who did it. */
export function doneBy({ name, token_id }: Actor): { by: string; by_token: number } {
  return { by: name, by_token: token_id };
}

/** An event of the server that a person brought about. What people did to a request stands with the request. */
export type Act = Event & { kind: ActKind; data: { by: string; by_token: number } };

/** Whether a person brought it about. */
export function isAct(event: Event): event is Act {
  const { by, by_token } = event.data;
  return typeof by === "string" && typeof by_token === "number" && event.work_request_id === undefined;
}

/** The kinds of events that acts are, in the order in which they are offered to choose from. */
export const ACT_KINDS = [
  "token_changed",
  "layer_changed",
  "advice_changed",
  "schedule_changed",
  "hook_changed",
  "worker_changed",
  "worker_removed",
  "finding",
  "delivery",
  "delivery_tried",
  "history_imported",
] as const satisfies readonly EventKind[];

/** Of what an act was: a token made or revoked, a value set or removed, … */
export type ActKind = (typeof ACT_KINDS)[number];

/** Which acts are asked for; what is absent is any. */
export type ActFilter = {
  kind?: ActKind | undefined;
  /** The number of the token that did it. */
  by_token?: number | undefined;
  since?: Timestamp | undefined;
  until?: Timestamp | undefined;
};

/** An act as it is listed. */
export type ListedAct = {
  /** The number of its event: counted up, and never reused. */
  id: number;
  /** When it was done. */
  at: Timestamp;
  /** Of what it was. */
  kind: ActKind;
  /** The name of the token that did it, as it was then. */
  by: string;
  /** Its number, which no other token has; it may have been revoked since. */
  by_token: number;
  /** In words: `paused the schedule nightly`. */
  did: string;
};

/** What an act was done to, where that has a page. */
export type ActTarget = { kind: "worker" | "finding" | "schedule" | "hook"; name: string };

/** What a person did: words, then what it was done to, then more words. */
export type ActWords = { did: string; to?: ActTarget; more?: string };

const MOST_IDS = 3;

/** What a person did, in parts, so that what it was done to can be a link. */
export function actWords({ kind, at, worker_name, data }: Act): ActWords {
  switch (kind) {
    case "worker_removed":
      return { did: `removed the worker ${worker_name ?? ""}` };
    case "worker_changed":
      return { did: data["drain"] === true ? "drained" : "resumed", to: { kind: "worker", name: worker_name ?? "" } };
    case "layer_changed":
      return { did: layerDeed(data) };
    case "advice_changed":
      return {
        did: `${data["did"] === "ignored" ? "ignored" : "took back what was ignored:"} the advice on ${wordOf(data["resource"])} for ${wordOf(data["of"])}`,
      };
    case "finding":
      return findingDeed(data);
    case "token_changed":
      return { did: tokenDeed(at, data) };
    case "schedule_changed":
    case "hook_changed":
      return automationDeed(kind === "hook_changed" ? "hook" : "schedule", data);
    case "history_imported":
      return { did: `imported ${countText(data["imported"], "run")} into the history` };
    case "delivery_tried":
      return { did: `sent a test to ${wordOf(data["target"])}`, more: `: ${wordOf(data["state"])}` };
    case "delivery":
      return { did: `had the delivery ${wordOf(data["delivery_id"])} tried again` };
    default:
      return assertNever(kind);
  }
}

/** The same as one text: `paused the schedule nightly`. */
export function actText(act: Act): string {
  const { did, to, more = "" } = actWords(act);
  return `${did}${to === undefined ? "" : ` ${targetText(to)}`}${more}`;
}

/** The act as it is listed. */
export function listedAct(act: Act): ListedAct {
  const { by, by_token } = act.data;
  return { id: act.id, at: act.at, kind: act.kind, by, by_token, did: actText(act) };
}

/** What an act was done to, by its name: `the schedule nightly`. Workers are known by their names alone. */
export function targetText({ kind, name }: ActTarget): string {
  if (kind === "worker") return name;
  return kind === "finding" ? `finding ${name}` : `the ${kind} ${name}`;
}

function findingDeed({ finding_id, state, owner, by }: Act["data"]): ActWords {
  const to: ActTarget = { kind: "finding", name: wordOf(finding_id) };
  if (state !== undefined) return { did: "said of", to, more: `: ${wordOf(state)}` };
  if (owner === by) return { did: "took", to };
  return owner === null
    ? { did: "left", to, more: " to whoever takes it" }
    : { did: "gave", to, more: ` to ${wordOf(owner)}` };
}

function layerDeed(data: Event["data"]): string {
  if (data["set"] === undefined) return `removed the value ${wordOf(data["removed"])}`;
  return `set ${wordOf(data["field"])} (value ${wordOf(data["set"])})`;
}

function tokenDeed(at: Event["at"], { did, token_id, name, scope, expires_at, max_share }: Event["data"]): string {
  const token = `the token ${wordOf(token_id)} ${wordOf(name)} (${wordOf(scope)}`;
  if (did !== "made") return `${wordOf(did)} ${token})`;
  const end =
    typeof expires_at === "string"
      ? `for ${formatDuration(Math.round((Date.parse(expires_at) - epochMs(at)) / 1000))}`
      : "without an end";
  const share = typeof max_share === "number" ? `, at most ${max_share} of all workers` : "";
  return `made ${token}, ${end}${share})`;
}

function automationDeed(kind: "schedule" | "hook", data: Event["data"]): ActWords {
  const { did, name, fields, work_request_ids: ids } = data;
  if (Array.isArray(ids)) return { did: wordOf(did), to: { kind, name: wordOf(name) }, more: ` now (${idsText(ids)})` };
  const changed = Array.isArray(fields) && fields.length > 0 ? ` (${fields.map(wordOf).join(", ")})` : "";
  return { did: wordOf(did), to: { kind, name: wordOf(name) }, more: changed };
}

function idsText(ids: readonly unknown[]): string {
  const shown = ids.slice(0, MOST_IDS).map((id) => `#${wordOf(id)}`);
  return `${shown.join(", ")}${ids.length > MOST_IDS ? ` and ${ids.length - MOST_IDS} more` : ""}`;
}

function countText(count: unknown, word: string): string {
  const known = typeof count === "number" ? count : 0;
  return `${wholeNumber(known)} ${word}${known === 1 ? "" : "s"}`;
}

/** Numbers and words are all that such an event holds. */
function wordOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
