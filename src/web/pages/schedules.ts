import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import type { Firing, Schedule } from "../../domain/schedule.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { action, mayDo } from "../parts/actions.ts";
import { automationPages, becameLabel, becameText, forgetPart, submissionPart } from "../parts/automation.ts";
import { commandLine, guideLink } from "../parts/links.ts";
import { numberHead, table, type Row } from "../parts/table.ts";
import { ago, ahead, moment } from "../parts/time.ts";
import { MISSED_WORDS, scheduleForm, type SentSchedule } from "./schedule-form.ts";

/** What the list of schedules shows, and of which requests it names those are still kept. */
export type SchedulesData = {
  now: Timestamp;
  schedules: readonly Schedule[];
  kept: ReadonlySet<number>;
  /** The form for a new one, as it was sent. */
  sent?: SentSchedule;
};

/** What the page of one schedule shows. */
export type ScheduleData = {
  now: Timestamp;
  schedule: Schedule;
  /** What became of its due times, and of being asked for, newest first. */
  firings: readonly Firing[];
  kept: ReadonlySet<number>;
  /** The form that changes it, as it was sent. */
  sent?: SentSchedule;
  /** Why it could not be run now. */
  refused?: readonly string[];
};

/** Work that is submitted again and again: when next, and what became of the last time. */
export function schedulesPage(frame: Frame, { now, schedules, kept, sent }: SchedulesData): string {
  const { root } = frame;
  const rows = schedules.map((schedule): Row => {
    const { name, cron, time_zone, missed, last_firing: last, created_by } = schedule;
    return {
      key: name,
      cells: [
        e("a", { href: `${root}schedules/${name}` }, name),
        e("span", {}, e("code", {}, cron), ` in ${time_zone}`),
        nextCell(schedule, now),
        last === null ? "never" : ago(last.due_at, now),
        last === null ? "" : e("span", {}, becameLabel(last), " ", becameText(root, last, kept)),
        MISSED_WORDS[missed],
        created_by,
        ...(mayDo(frame, "admin") ? [pauseButton(frame, schedule)] : []),
      ],
    };
  });
  const head = [
    { name: "Schedule", look: "name" },
    "When",
    "Next",
    "Last",
    { name: "What came of it", look: "wide" },
    { name: "Missed times are", look: "name" },
    "By",
    ...(mayDo(frame, "admin") ? ["Change it"] : []),
  ];
  const form = mayDo(frame, "admin")
    ? scheduleForm(frame, { now, ...(sent !== undefined && { sent }), isOpen: schedules.length === 0 })
    : null;
  return renderPage(
    frame,
    { title: "Schedules", place: "schedules" },
    automationPages(frame, "schedules"),
    e("p", { class: "lead" }, ...sentence(schedules, now)),
    sent === undefined ? null : form,
    schedules.length === 0
      ? e(
          "p",
          {},
          "This page will show when each is due and what became of it.",
          guideLink(root, "guide/schedules", "Schedules"),
        )
      : table("Schedules, by name", head, rows),
    sent === undefined ? form : null,
    e("h2", {}, "The same elsewhere"),
    ...(schedules.length === 0 ? [] : [commandLine("schedule ls")]),
    commandLine("schedule add nightly '0 3 * * *' --tz Europe/Berlin --task test --subject shop -- make test"),
    e("p", {}, e("a", { href: `${root}api/v1/schedules` }, "As JSON"), " from the API."),
  );
}

function sentence(schedules: readonly Schedule[], now: Timestamp): (VNode | string)[] {
  if (schedules.length === 0) return ["No schedule was made yet."];
  const paused = schedules.filter(({ is_paused }) => is_paused).length;
  const refused = schedules.filter(({ last_firing: last }) => last?.kind === "refused").length;
  const due = schedules.flatMap(({ name, next_at }) => (next_at === null ? [] : [{ name, next_at }]));
  const [next] = due.sort((a, b) => (a.next_at < b.next_at ? -1 : 1));
  const count = schedules.length === 1 ? "1 schedule" : `${schedules.length} schedules`;
  const facts = [
    ...(paused === 0 ? [] : [`${paused} paused`]),
    ...(refused === 0 ? [] : [`${refused} refused at the last time`]),
  ];
  return [
    [count, ...facts].join(", "),
    ...(next === undefined ? ["; none is due."] : [`; next is ${next.name}, `, ahead(next.next_at, now), "."]),
  ];
}

/** One schedule: when it is due, what it does with times that it missed, what it submits, and what became of it. */
export function schedulePage(frame: Frame, data: ScheduleData): string {
  const { now, schedule, firings, kept, sent, refused = [] } = data;
  const { name, cron, time_zone, missed, created_by, created_at } = schedule;
  const form = changeForm(frame, data);
  return renderPage(
    frame,
    { title: `Schedule ${name}`, place: "schedules" },
    e("p", { class: "lead", role: "status" }, ...standing(schedule, now)),
    e(
      "p",
      {},
      "At ",
      e("code", {}, cron),
      ` in ${time_zone}. Times that no server was there for are ${MISSED_WORDS[missed]}. Made by ${created_by} `,
      ago(created_at, now),
      ", in whose name it submits.",
    ),
    refused.length === 0
      ? null
      : e(
          "div",
          { class: "card", role: "alert" },
          e("p", {}, "It was not run:"),
          ...refused.map((message) => e("p", {}, message)),
        ),
    ...(mayDo(frame, "admin") ? [actionsPart(frame, schedule)] : []),
    sent === undefined ? null : form, // what came of it is seen without scrolling
    e("h2", { id: "firings" }, "What became of its times"),
    firings.length === 0
      ? e("p", { class: "quiet" }, "It was not due yet, and nobody asked for it.")
      : table(
          "Its times, newest first",
          [
            "When",
            "Why",
            "What came of it",
            { name: "More", look: "wide" },
            numberHead("Times before it, passed over"),
          ],
          firings.map((firing): Row => ({
            key: firing.due_at,
            cells: [
              moment(firing.due_at),
              firing.asked_by === null ? "it was due" : `${firing.asked_by} asked for it`,
              becameLabel(firing),
              becameText(frame.root, firing, kept),
              firing.skipped_count === 0 ? "–" : String(firing.skipped_count),
            ],
          })),
        ),
    ...submissionPart(schedule.submission),
    sent === undefined ? form : null,
    mayDo(frame, "admin")
      ? forgetPart(frame, { to: `schedules/${name}/remove`, word: `Forget ${name}`, command: `schedule rm ${name}` })
      : null,
    e("h2", {}, "The same elsewhere"),
    commandLine(`schedule show ${name}`),
    e("p", {}, e("a", { href: `${frame.root}api/v1/schedules/${name}` }, "As JSON")),
  );
}

function changeForm(frame: Frame, { schedule, now, sent }: ScheduleData): VNode | null {
  if (!mayDo(frame, "admin")) return null;
  return scheduleForm(frame, { schedule, now, ...(sent !== undefined && { sent }) });
}

function standing({ is_paused, next_at }: Schedule, now: Timestamp): (VNode | string)[] {
  if (is_paused) return ["It is paused: nothing is due until it is resumed, and nothing is made up for then."];
  if (next_at === null) return ["It is never due again."];
  return ["It is due next ", ahead(next_at, now), ", at ", moment(next_at), "."];
}

function nextCell({ is_paused, next_at }: Schedule, now: Timestamp): VNode | string {
  if (is_paused) return e("span", { class: "warning" }, "paused");
  return next_at === null ? "never again" : ahead(next_at, now);
}

function actionsPart(frame: Frame, schedule: Schedule): VNode {
  const { name, created_by } = schedule;
  const run = { to: `schedules/${name}/run`, word: "Run it now", command: `schedule run ${name}` };
  return e(
    "div",
    {},
    e("div", { class: "actions" }, action(frame, run), pauseButton(frame, schedule)),
    e(
      "p",
      { class: "quiet" },
      `Run now, it submits as at its times, in the name of ${created_by}, beside whatever it submitted before; its times stay as they are.`,
    ),
  );
}

function pauseButton(frame: Frame, { name, is_paused }: Schedule): VNode {
  const verb = is_paused ? "resume" : "pause";
  const word = is_paused ? "Resume" : "Pause";
  return action(frame, { to: `schedules/${name}/${verb}`, word, command: `schedule ${verb} ${name}` });
}
