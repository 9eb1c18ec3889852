import type { Why } from "../../contract/answers.ts";
import { RESOURCES } from "../../domain/allocation.ts";
import { epochMs } from "../../domain/clock.ts";
import type { Event } from "../../domain/event.ts";
import { formatDuration } from "../../domain/units.ts";
import { WAITING_WORDS } from "../../domain/waiting-words.ts";
import type { WaitingCode, WorkRequest } from "../../domain/work-request.ts";
import { formatAmount, RESOURCE_WORDS } from "../../domain/amount-text.ts";
import { sourceText } from "../../domain/source-text.ts";
import { renderCandidates } from "./candidate-table.ts";
import { paint } from "./colour.ts";
import { expectedText } from "./expected-text.ts";
import { failureLines } from "./failure-lines.ts";
import { symbols } from "./glyph.ts";
import { formatMoment } from "./relative-time.ts";
import { sanitizeText } from "./sanitize.ts";
import type { Surface } from "./surface.ts";

/**
 * What `almanac why` prints: the answer in a sentence, what the request needs and from where, the workers that were
 * looked at, and how long it waited for what. With `isAll` every kept candidate and every event. Ends in a newline.
 */
export function renderWhy(why: Why, surface: Surface, options: { isAll?: boolean } = {}): string {
  const isAll = options.isAll === true;
  const { work_request: request } = why;
  return [
    `${paint(surface, "strong", sanitizeText(nameOf(request)))} ${sanitizeText(endSentence(why.sentence))}\n`,
    ...expectedLine(request, surface),
    ...(why.failure === null ? [] : failureLines(why.failure, surface)),
    ...needsLines(request),
    ...(why.candidate_count > 0 ? [renderCandidates(why.candidates, why.candidate_count, surface, isAll)] : []),
    ...placementLines(why, surface, isAll),
    ...waitedLine(why.events, surface),
    ...(isAll ? why.events.map((event) => eventLine(event, surface)) : []),
  ].join("");
}

function nameOf(request: WorkRequest): string {
  return [`#${request.id}`, request.task_name, request.subject].filter((part) => part !== "").join(" ");
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** `  expect starts in 8–13m, ends in 20–40m`. */
function expectedLine({ expected }: WorkRequest, surface: Surface): string[] {
  return expected === undefined ? [] : [`  expect ${expectedText(expected, surface)}\n`];
}

/** `  needs 61G memory (history: 40 runs of this key (ladder))`, one line for each resource. */
export function needsLines({ allocation }: Pick<WorkRequest, "allocation">): string[] {
  if (allocation === null) return [];
  const amounts = RESOURCES.map((resource) => {
    const text = `${formatAmount(resource, allocation[resource].amount)} ${RESOURCE_WORDS[resource]}`;
    return `  needs  ${text.padEnd(14)} ${sanitizeText(sourceText(allocation[resource]))}\n`;
  });
  const tags = allocation.tags.length === 0 ? [] : [`  needs  tags ${allocation.tags.map(sanitizeText).join(", ")}\n`];
  return [...amounts, ...tags];
}

/** While it waits the workers as they stand now are shown instead. */
function placementLines({ placement, work_request: request }: Why, surface: Surface, isAll: boolean): string[] {
  if (placement === null || request.status === "pending") return [];
  const where = `  placed on ${sanitizeText(placement.worker_name)} at ${formatMoment(placement.at, surface)}: `;
  return [
    `${where}${sanitizeText(endSentence(placement.rule))}\n`,
    renderCandidates(placement.candidates, placement.candidate_count, surface, isAll),
  ];
}

/** Events after which nothing waits any more. */
const END_WAITING: ReadonlySet<Event["kind"]> = new Set(["placed", "started", "completed", "aborted"]);

/** How long it waited for what, summed up over the whole time: `waited 14m00s no room · 8m00s before a retry`. */
function waitedLine(events: readonly Event[], surface: Surface): string[] {
  const waitedMs = new Map<string, number>();
  let current: { reason: string; fromMs: number } | undefined;
  const close = (atMs: number): void => {
    if (current !== undefined) {
      waitedMs.set(current.reason, (waitedMs.get(current.reason) ?? 0) + atMs - current.fromMs);
    }
    current = undefined;
  };
  for (const event of events) {
    const atMs = epochMs(event.at);
    const reason = event.kind === "waiting" ? reasonOf(event) : undefined;
    if (reason !== undefined || END_WAITING.has(event.kind)) close(atMs);
    if (reason !== undefined) current = { reason, fromMs: atMs };
  }
  close(surface.nowMs);
  const parts = [...waitedMs]
    .filter(([, ms]) => ms >= 1000)
    .map(([reason, ms]) => `${formatDuration(ms / 1000)} ${reason}`);
  return parts.length === 0 ? [] : [`  waited  ${parts.join(` ${symbols(surface).dot} `)}\n`];
}

function reasonOf(event: Event): string {
  const { code } = event.data;
  return typeof code === "string" && Object.hasOwn(WAITING_WORDS, code)
    ? WAITING_WORDS[code as WaitingCode] // just checked
    : "for another reason";
}

function eventLine(event: Event, surface: Surface): string {
  const about = [event.run_id, event.worker_name].filter((part) => part !== undefined).join(" on ");
  const { message } = event.data;
  const text = [event.kind.replaceAll("_", " "), about, typeof message === "string" ? message : ""];
  return `  ${formatMoment(event.at, surface)}  ${sanitizeText(text.filter((part) => part !== "").join("  "))}\n`;
}
