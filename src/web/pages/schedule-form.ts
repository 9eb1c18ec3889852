import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import type { MissedPolicy, Schedule } from "../../domain/schedule.ts";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import { commandLine } from "../parts/links.ts";
import { controlsOf, recordForm, type SentForm } from "../parts/record-form.ts";
import { ahead, moment } from "../parts/time.ts";
import { commandOf, typed, type CommandPart } from "../parts/typed-command.ts";

/** A form of a schedule as it was sent; `next`: it was only looked at, and would be due then. */
export type SentSchedule = SentForm & { next?: readonly Timestamp[] };

/** What becomes of times that no server was there for, in words. */
export const MISSED_WORDS: Record<MissedPolicy, string> = {
  skip: "passed over",
  once: "made up for once",
  all: "all made up for",
};

const EXAMPLE = {
  cron: "0 3 * * *",
  time_zone: "UTC",
  missed: "once",
  submission: `task_name: test
subject: shop
task_data:
  command: [make, test]
`,
};

/** The form that makes a schedule, or changes the one given; behind a summary until it was sent. */
export function scheduleForm(
  frame: Frame,
  { schedule, sent, now, isOpen }: { schedule?: Schedule; sent?: SentSchedule; now: Timestamp; isOpen?: boolean },
): VNode {
  const by = frame.person?.name ?? "";
  const usual =
    schedule === undefined ? EXAMPLE : { ...schedule, submission: JSON.stringify(schedule.submission, null, 2) };
  const { cron, time_zone, missed, submission } = usual;
  const { text, choice, lines } = controlsOf(sent, { cron, time_zone, missed, submission });
  const command: readonly CommandPart[] = [
    "schedule add",
    schedule === undefined ? typed("name", "NAME") : schedule.name,
    typed("cron", "CRON"),
    "FILE --tz",
    typed("time_zone", "ZONE"),
    "--missed",
    typed("missed", "MISSED"),
  ];
  const values = sent?.typed ?? { cron, time_zone, missed };
  return e(
    "details",
    { open: sent !== undefined || isOpen === true, id: "form" },
    e("summary", {}, schedule === undefined ? "Make a schedule" : "Change it"),
    recordForm(
      frame,
      {
        to: schedule === undefined ? "schedules" : `schedules/${schedule.name}/change`,
        command,
        values,
        sent,
      },
      ...lookedPart(sent, now, commandOf(command, values)),
      schedule === undefined
        ? text({ name: "name", word: "Name", hint: "letters, digits or . _ -" }, { required: true, maxLength: 100 })
        : null,
      text(
        { name: "cron", word: "Due at", hint: "minute hour day month weekday, or @daily and the like" },
        { required: true },
      ),
      text({ name: "time_zone", word: "In the time zone", hint: "such as Europe/Berlin" }, { required: true }),
      choice({ name: "missed", word: "Times that no server was there for are" }, MISSED_WORDS),
      lines({ name: "submission", word: "What it submits", hint: "as YAML or JSON, as for Submit" }, 12, true),
      e("p", { class: "quiet" }, `It will submit in the name of ${by}, who makes or changes it.`),
      e(
        "p",
        { class: "actions" },
        e("button", { name: "do", value: "look" }, "Look at it first"),
        e("button", { name: "do", value: "save" }, schedule === undefined ? "Make it" : "Change it"),
      ),
    ),
  );
}

function lookedPart(sent: SentSchedule | undefined, now: Timestamp, command: string): VNode[] {
  if (sent?.next === undefined) return [];
  return [
    e(
      "div",
      { class: "card", role: "status" },
      e("p", {}, "It is not saved. What it submits would be taken, and it would be due:"),
      e("ul", {}, ...sent.next.map((at) => e("li", {}, moment(at), ", ", ahead(at, now)))),
      commandLine(`${command} --dry-run`),
    ),
  ];
}
