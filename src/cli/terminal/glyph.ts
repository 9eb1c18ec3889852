import { assertNever } from "../../domain/assert-never.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { paint, type Style } from "./colour.ts";
import type { Surface } from "./surface.ts";

const UNICODE = {
  passed: "✓",
  failed: "✕",
  running: "●",
  waiting: "○",
  change: "◆",
  warning: "▲",
  /** Nothing to show in a cell. */
  none: "–",
  /** Between two ends of a range. */
  range: "–",
  ellipsis: "…",
  times: "×",
  dot: "·",
  arrow: "→",
  atLeast: "≥",
  up: "↑",
  axis: "┤",
  line: "┄",
} as const;

/** One sign each, in the same order; `--ascii`, or a locale that is not UTF-8. */
const ASCII: Record<keyof typeof UNICODE, string> = {
  passed: "+",
  failed: "x",
  running: "*",
  waiting: "o",
  change: "#",
  warning: "!",
  none: "-",
  range: "-",
  ellipsis: "~",
  times: "x",
  dot: "|",
  arrow: "->",
  atLeast: ">",
  up: "^",
  axis: "|",
  line: "-",
};

/** The signs that the surface can show. */
export function symbols(surface: Pick<Surface, "hasUnicode">): Readonly<Record<keyof typeof UNICODE, string>> {
  return surface.hasUnicode ? UNICODE : ASCII;
}

/** How a request stands, in the words of its status and, once it is completed, its result. */
export type State = "blocked" | "pending" | "running" | "success" | "failure" | "error" | "skipped" | "aborted";

const LOOKS: Record<State, { glyph: "passed" | "failed" | "running" | "waiting" | "warning" | "none"; style: Style }> =
  {
    blocked: { glyph: "waiting", style: "waiting" },
    pending: { glyph: "waiting", style: "waiting" },
    running: { glyph: "running", style: "running" },
    success: { glyph: "passed", style: "passed" },
    failure: { glyph: "failed", style: "failed" },
    error: { glyph: "warning", style: "warning" },
    skipped: { glyph: "none", style: "dim" },
    aborted: { glyph: "none", style: "dim" },
  };

/** The state of a request. */
export function stateOf(request: Pick<WorkRequest, "status" | "result">): State {
  switch (request.status) {
    case "blocked":
    case "pending":
    case "running":
    case "aborted":
      return request.status;
    case "completed":
      return request.result ?? "success";
    default:
      return assertNever(request.status);
  }
}

/** Glyph and word: `✓ success`, painted. */
export function stateLabel(surface: Surface, state: State): string {
  return paint(surface, LOOKS[state].style, `${symbols(surface)[LOOKS[state].glyph]} ${state}`);
}

/** The state that a finished run's result stands for. */
export function resultLabel(surface: Surface, result: HistoryEntry["result"]): string {
  return stateLabel(surface, result);
}
