import type { VNode } from "preact";
import { RESOURCES, type Resource } from "../../domain/allocation.ts";
import { formatAmount, RESOURCE_WORDS } from "../../domain/amount-text.ts";
import { epochMs, type Timestamp } from "../../domain/clock.ts";
import type { Event } from "../../domain/event.ts";
import { sureText } from "../../domain/finding-text.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { Run } from "../../domain/run.ts";
import { evidenceText } from "../../domain/source-text.ts";
import { formatSpan } from "../../domain/span-text.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { formatBytes, formatCores, formatDuration } from "../../domain/units.ts";
import { waitedSeconds } from "../../domain/waited.ts";
import type { ExpectedRange, WorkRequest } from "../../domain/work-request.ts";
import { runFigure } from "../../history/run-figure.ts";
import { element as e } from "../element.ts";
import { gibHours } from "./held-hours.ts";
import { secondsBetween } from "./time.ts";
import { waitText } from "./wait-text.ts";
import { zonedText } from "../zone.ts";

/** What the five answers are made from. */
export type AnswerData = {
  now: Timestamp;
  request: WorkRequest;
  /** Oldest first. */
  runs: readonly Run[];
  /** What has happened to it, oldest first. */
  events: readonly Event[];
  /** Other runs of its key, newest first. */
  history: readonly HistoryEntry[];
};

/** The five questions that everybody has about a request, each answered in a sentence with its numbers. */
export function answers(data: AnswerData): VNode {
  const hasStarted = data.request.started_at !== null;
  const isOver = data.request.completed_at !== null || data.request.status === "aborted";
  const rows: [string, string][] = [
    [hasStarted || isOver ? "Why it waited" : "Why it waits", waiting(data)],
    ["Why this worker", placement(data)],
    [isOver ? "When it ended" : "When it ends", ending(data)],
    ["Is it a regression", comparison(data)],
    ["Reserved and not used", unused(data)],
  ];
  return e(
    "dl",
    { class: "answers" },
    ...rows.flatMap(([question, answer]) => [e("dt", {}, question), e("dd", {}, answer)]),
  );
}

function waiting({ request, events, now }: AnswerData): string {
  const waited = formatDuration(waitedSeconds(request, epochMs(now)));
  const isWaiting = request.status === "blocked" || request.status === "pending";
  if (isWaiting) {
    const start = request.expected?.start;
    const expected = start === undefined ? "" : `. It should start ${inRange(start, now)}`;
    return `${waited} so far: ${waitText(request)}${expected}.`;
  }
  const reasons = events.flatMap(({ kind, data }) =>
    kind === "waiting" && typeof data["message"] === "string" ? [data["message"]] : [],
  );
  const distinct = [...new Set(reasons)];
  if (distinct.length === 0 && request.result === "skipped")
    return `${waited}, until it was clear that it needs no run.`;
  return distinct.length === 0
    ? `${waited}: it was placed as soon as it was planned.`
    : `${waited}: ${distinct.join("; then ")}.`;
}

function placement({ request, runs }: AnswerData): string {
  const run = runs.at(-1);
  if (run === undefined && request.result === "skipped") return "It needed no run, and so no worker.";
  if (run === undefined) {
    return request.status === "completed" || request.status === "aborted"
      ? "It never ran on one."
      : "None has been chosen yet; the table below says how each stands to it.";
  }
  const { rule, candidate_count } = run.placement;
  const looked = candidate_count === 1 ? "1 worker was looked at" : `${candidate_count} workers were looked at`;
  return `${run.worker_name} is ${rule}; ${looked}.`;
}

function ending({ request, runs, now }: AnswerData): string {
  const run = runs.at(-1);
  const predicted = (run?.estimate ?? request.estimate)?.duration;
  const by = predicted === undefined ? "" : `, by ${evidenceText(predicted.evidence)}`;
  const usual = predicted === undefined ? undefined : formatSpan(predicted.p50, predicted.p95);
  const ended = request.completed_at ?? request.aborted?.at;
  if (request.status === "completed" || (request.status === "aborted" && ended !== undefined)) {
    const ran =
      run?.started_at == null
        ? "without a run"
        : `after running ${formatDuration(secondsBetween(run.started_at, run.ended_at ?? ended ?? now))}`;
    return `At ${zonedText(ended ?? now)}, ${ran}${usual === undefined ? "" : `; ${usual} was predicted${by}`}.`;
  }
  const end = request.expected?.end;
  const late = request.expected?.overdue_seconds;
  if (late !== undefined && late > 0)
    return `It is late by ${formatDuration(late)}: ${usual ?? "less"} was predicted${by}.`;
  if (end !== undefined) return `${capital(inRange(end, now))}, at ${clockRange(end)}${by}.`;
  if (usual !== undefined) return `${usual} after its start${by}.`;
  return "Nobody knows: no run like it has ended yet.";
}

/** `in 8–13m`. */
export function inRange({ p50, p90 }: ExpectedRange, now: Timestamp): string {
  const [low, high] = [(epochMs(p50) - epochMs(now)) / 1000, (epochMs(p90) - epochMs(now)) / 1000];
  return high < 1 ? "at any moment" : `in ${formatSpan(low, high)}`;
}

function clockRange({ p50, p90 }: ExpectedRange): string {
  const [from, to] = [zonedText(p50).slice(11), zonedText(p90).slice(11)];
  return from === to ? from : `${from}–${to}`;
}

/** The text as the beginning of a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function comparison({ request, history }: AnswerData): string {
  const earlier = history.filter((entry) => entry.work_request_id !== request.id);
  const passed = earlier.filter(({ result }) => result === "success");
  const newest = passed[0];
  const last = newest === undefined ? "" : `, the newest at ${zonedText(newest.completed_at)}`;
  const facts =
    earlier.length === 0
      ? "no other run of this key is known"
      : `${passed.length} of ${earlier.length} other runs of this key passed${last}`;
  const { verdict } = request;
  if (verdict === null) return `Not known before it ends; ${facts}.`;
  const isFailure = request.result === "failure" || request.result === "error";
  // of a failure the reasons stand in its card, above
  return `${isFailure ? answerText(verdict) : verdictSentence(verdict)}; ${facts}.`;
}

function answerText({ kind, confidence }: Verdict): string {
  const answer = kind === "regression" ? "Yes" : `No, ${kind.replaceAll("_", " ")}`;
  return `${answer} (${sureText(confidence)} sure)`;
}

/** `Flaky (83 % sure): 81 of 86 earlier requests passed`. */
export function verdictSentence({ kind, confidence, because }: Verdict): string {
  return `${capital(kind.replaceAll("_", " "))} (${sureText(confidence)} sure): ${because.replace(/\.$/, "")}`;
}

function unused({ request, runs }: AnswerData): string {
  if (runs.length === 0 && request.result === "skipped") return "Nothing was reserved.";
  const run = runs.at(-1);
  const allocation = run?.allocation ?? request.allocation;
  if (allocation === null || allocation === undefined) return "Nothing is reserved yet.";
  const seconds = run === undefined ? undefined : runFigure(run, "duration");
  const parts = RESOURCES.flatMap((resource) => unusedOf(resource, allocation[resource].amount, usedOf(run, resource)));
  if (parts.length === 0)
    return `Memory ${formatBytes(allocation.memory.amount)}, ${formatCores(allocation.cpu_count.amount)} cores and ${formatBytes(allocation.disk_space.amount)} disk are reserved; what is used is not known yet.`;
  const memory = usedOf(run, "memory");
  const cost =
    memory === undefined || seconds === undefined || memory >= allocation.memory.amount
      ? ""
      : `; ${gibHours(((allocation.memory.amount - memory) * seconds) / 3600)} GiB·h of memory in all`;
  return `${capital(parts.join(", "))}${cost}.`;
}

function unusedOf(resource: Resource, amount: number, used: number | undefined): string[] {
  if (used === undefined || resource === "duration" || amount <= 0) return [];
  if (used >= amount) return [`${RESOURCE_WORDS[resource]} nothing (${formatAmount(resource, used)} used)`];
  const rest = amount - used;
  return [
    `${RESOURCE_WORDS[resource]} ${formatAmount(resource, rest)} of ${formatAmount(resource, amount)} (${Math.round((rest / amount) * 100)} %)`,
  ];
}

/** Peaks; of cores the mean. */
export function usedOf(run: Run | undefined, resource: Resource): number | undefined {
  if (run === undefined) return undefined;
  if (resource !== "cpu_count") return runFigure(run, resource);
  const [cpuSeconds, seconds] = [runFigure(run, "cpu_time"), runFigure(run, "duration")];
  return cpuSeconds === undefined || seconds === undefined || seconds <= 0 ? undefined : cpuSeconds / seconds;
}
