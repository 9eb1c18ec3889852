import { describe, expect, it } from "vitest";
import { SCOPES } from "../../src/contract/route.ts";
import { AMOUNT_SOURCES, ESTIMATE_LEVELS, RESOURCES } from "../../src/domain/allocation.ts";
import { EVENT_KINDS } from "../../src/domain/event.ts";
import { OUTCOME_KINDS } from "../../src/domain/outcome.ts";
import { CANDIDATE_VERDICTS, RUN_STATES } from "../../src/domain/run.ts";
import { MEASURE_METHODS } from "../../src/domain/runtime-statistics.ts";
import { TASK_TYPES } from "../../src/domain/task.ts";
import { DELIVERY_STATES, REACTION_KINDS } from "../../src/domain/reaction.ts";
import { FINDING_KINDS, FINDING_STATES } from "../../src/domain/finding.ts";
import { HOOK_CALL_KINDS } from "../../src/domain/hook.ts";
import { FIRING_KINDS, MISSED_POLICIES } from "../../src/domain/schedule.ts";
import { FAIL_ON, RETRY_BUDGETS, VERDICT_KINDS } from "../../src/domain/verdict.ts";
import { RESULTS, STATUSES, UNBLOCK_STRATEGIES, WAITING_CODES } from "../../src/domain/work-request.ts";
import { LINE_LEVELS } from "../../src/domain/worker-line.ts";
import { WORKER_STATES } from "../../src/domain/worker.ts";
import { readPage } from "./fenced-blocks.ts";

const UNIONS: Record<string, readonly string[]> = {
  STATUSES,
  RESULTS,
  UNBLOCK_STRATEGIES,
  OUTCOME_KINDS,
  AMOUNT_SOURCES,
  ESTIMATE_LEVELS,
  RESOURCES,
  CANDIDATE_VERDICTS,
  RUN_STATES,
  WORKER_STATES,
  LINE_LEVELS,
  TASK_TYPES,
  EVENT_KINDS,
  MEASURE_METHODS,
  SCOPES,
  WAITING_CODES,
  VERDICT_KINDS,
  FAIL_ON,
  RETRY_BUDGETS,
  FINDING_KINDS,
  FINDING_STATES,
  MISSED_POLICIES,
  FIRING_KINDS,
  HOOK_CALL_KINDS,
  REACTION_KINDS,
  DELIVERY_STATES,
};

const glossary = readPage("docs/glossary.md");
const [wordTable = "", eventTable = ""] = glossary.split("## Kinds of events");

/** The first cells of a table's rows, without its head. */
function firstCells(table: string): string[] {
  return [...table.matchAll(/^\| ([^|]+?) +\|/gm)]
    .map((match) => match[1]!)
    .filter((cell) => !/^(word|kind|-+)$/.test(cell)); // the group has matched
}

describe("the glossary", () => {
  it.each(Object.entries(UNIONS))("explains every word of %s", (_, union) => {
    expect(union.filter((word) => !firstCells(wordTable).includes(word) && !glossary.includes(`\`${word}\``))).toEqual(
      [],
    );
  });

  it("is in alphabetical order, with each word once", () => {
    const words = firstCells(wordTable);
    expect(words).toEqual([...new Set(words)].sort((a, b) => a.localeCompare(b, "en")));
  });

  it("lists the kinds of events, and no others", () => {
    expect(firstCells(eventTable)).toEqual(EVENT_KINDS.map((kind) => `\`${kind}\``));
  });
});
