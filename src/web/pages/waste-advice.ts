import type { VNode } from "preact";
import type { Advice, AdviceKey, IgnoredAdvice } from "../../domain/advice.ts";
import { RESOURCE_WORDS } from "../../domain/amount-text.ts";
import type { Timestamp } from "../../domain/clock.ts";
import { ofThousand } from "../../domain/source-text.ts";
import { formatBytes } from "../../domain/units.ts";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import { action, mayDo } from "../parts/actions.ts";
import { gibHours } from "../parts/held-hours.ts";
import { historyAddress, keyText, queryText, quoted } from "../parts/links.ts";
import { numberHead, table, type Row } from "../parts/table.ts";
import { ago } from "../parts/time.ts";

/** What is advised, and what people do not want to see again. */
type Advised = { now: Timestamp; advice: readonly Advice[]; ignored: readonly IgnoredAdvice[] };

/** What to ask for instead: each advice can be looked at, decided against, or left alone; and what was left alone. */
export function advicePart(frame: Frame, { advice, ignored, now }: Advised): VNode[] {
  return [
    advice.length === 0
      ? e(
          "p",
          {},
          `Nothing${ignored.length === 0 ? "" : " more"}: what is asked for is about right, decided by a value that people set, or too few runs asked for anything. Whoever asks for nothing is given what history says.`,
        )
      : adviceTable(frame, advice),
    ...(ignored.length === 0
      ? []
      : [
          e("p", {}, "Ignored, until an amount differs by more than a quarter from what it was then:"),
          ignoredTable(frame, ignored, now),
        ]),
  ];
}

function adviceTable(frame: Frame, advice: readonly Advice[]): VNode {
  const isAdmin = mayDo(frame, "admin");
  const rows = advice.map((one): Row => [
    keyLink(frame, one),
    RESOURCE_WORDS[one.resource],
    formatBytes(one.asked),
    ofThousand(one.failures_as_asked),
    formatBytes(one.enough),
    ofThousand(one.failures),
    String(one.runs),
    gibHours(one.saved_a_week),
    e("a", { href: frame.root + overrideAddress(one), "aria-label": `Look at it: ${keyText(one)}` }, "Look at it"),
    ...(isAdmin ? [pinForm(frame, one), ignoreForm(frame, one)] : []),
  ]);
  return table(
    "Advice, what saves most first",
    [
      { name: "What", look: "name" },
      "Resource",
      numberHead("Asked for"),
      numberHead("Need more than that"),
      numberHead("Enough"),
      numberHead("Need more than that"),
      numberHead("Runs"),
      numberHead("GiB·h saved a week"),
      "Have it given",
      ...(isAdmin ? ["Keep what is asked for", "See it no more"] : []),
    ],
    rows,
  );
}

function keyLink({ root }: Frame, one: AdviceKey): VNode {
  return e("a", { href: historyAddress(root, keyOf(one)) }, keyText(one));
}

/** Given as it is asked for, whatever history or advice says. */
function pinForm(frame: Frame, advice: Advice): VNode {
  const value = `${advice.resource}=${advice.asked}`;
  return action(frame, {
    to: "waste/pin",
    word: "Pin",
    command: `config set ${value}${scopeOptions(advice, "--task ")} --override`,
    fields: keyFields(advice),
  });
}

/** Not given again while it stays about the same. */
function ignoreForm(frame: Frame, advice: Advice): VNode {
  return action(frame, {
    to: "waste/ignore",
    word: "Ignore",
    command: `advise${scopeOptions(advice, "")} --ignore ${advice.resource}`,
    fields: keyFields(advice),
  });
}

function scopeOptions({ task_name, subject, context }: AdviceKey, task: string): string {
  const option = (name: string, value: string) => (value === "" ? "" : ` --${name} ${quoted(value)}`);
  return ` ${task}${quoted(task_name)}${option("subject", subject)}${option("context", context)}`;
}

function keyFields(advice: AdviceKey): VNode[] {
  return (["task_type", "task_name", "subject", "context", "resource"] as const).map((name) =>
    e("input", { type: "hidden", name, value: advice[name] }),
  );
}

function ignoredTable(frame: Frame, ignored: readonly IgnoredAdvice[], now: Timestamp): VNode {
  const isAdmin = mayDo(frame, "admin");
  const rows = ignored.map((one): Row => ({
    key: String(one.id),
    cells: [
      keyLink(frame, one),
      RESOURCE_WORDS[one.resource],
      formatBytes(one.asked),
      formatBytes(one.enough),
      one.ignored_by,
      ago(one.ignored_at, now),
      ...(isAdmin ? [takeBackForm(frame, one)] : []),
    ],
  }));
  return table(
    "Ignored advice, newest first",
    [
      { name: "What", look: "name" },
      "Resource",
      numberHead("Asked for then"),
      numberHead("Enough then"),
      "Ignored by",
      "When",
      ...(isAdmin ? ["Give it again"] : []),
    ],
    rows,
  );
}

function takeBackForm(frame: Frame, { id }: IgnoredAdvice): VNode {
  return action(frame, {
    to: `waste/ignored/${id}/take-back`,
    word: `Take ${id} back`,
    command: `advise --take-back ${id}`,
  });
}

/** Where the settings say what an override to what is enough would have done, and let it be set. */
function overrideAddress({ resource, enough, task_name, subject, context }: Advice): string {
  const value = { field: resource, value: enough, mode: "override", task_name, subject, context };
  return `settings${queryText(value)}#preview`;
}

/** Of the key what it says: an empty subject or context stands for any. */
function keyOf({ task_type, task_name, subject, context }: AdviceKey) {
  return { task_type, task_name, ...(subject !== "" && { subject }), ...(context !== "" && { context }) };
}
