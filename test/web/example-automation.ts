import type { DatabaseSync } from "node:sqlite";
import { epochMs, timestamp, type Timestamp } from "../../src/domain/clock.ts";
import type { HookCall } from "../../src/domain/hook.ts";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import type { Firing } from "../../src/domain/schedule.ts";
import type { Harness } from "../server/harness.ts";
import { startReceiver } from "../server/react/receivers.ts";

/* What the example does by itself: schedules, hooks, and telling others. What they did before is written in SQL. */

const HOUR_MS = 3_600_000;
const TOLD = "https://chat.example.org/services/T024/B7/x9Ka";

/** Somebody who is told, and who does not always take it: `/pager` is gone, `/wiki` is out of order. */
export async function startTold() {
  const receiver = await startReceiver(({ path }) => (path === "/pager" ? 410 : path === "/wiki" ? 503 : 204));
  const root = receiver.url.replace(/\/hook$/, "");
  return { chat: `${root}/chat`, pager: `${root}/pager`, wiki: `${root}/wiki`, receiver };
}

/** Waits until so many deliveries, which have been sent, have been written down as tried. */
export async function untilTold({ client }: Harness, count: number): Promise<void> {
  let tried = 0;
  // ends: when the server has written down what came of calls that it has made; the test's own limit ends it otherwise
  while (tried < count) {
    const { items } = await client.call("listDeliveries", { query: {} });
    tried = items.filter(({ state, error }) => state !== "waiting" || error !== null).length;
  }
}

/** Makes schedules and hooks; none is due while the example is looked at. */
export async function automate({ client }: Harness): Promise<void> {
  const now = new Date();
  const later = (hours: number) => (now.getUTCHours() + hours) % 24;
  const work = (task_name: string, subject: string, command: string[]) => ({
    work_requests: [{ task_name, subject, task_data: { command } }],
  });
  const put = (name: string, cron: string, submission: object, missed: "skip" | "once" | "all" = "once") =>
    client.call("putSchedule", { params: { name }, body: { cron, missed, submission: submission as never } }); // parsed there
  await put("nightly", `${now.getUTCMinutes()} ${later(12)} * * *`, work("build", "world", ["make", "world"]), "all");
  await put("mirror", `0 ${later(3)},${later(15)} * * *`, work("sync", "mirror", ["sync-mirror"]), "skip");
  await put("quarterly-report", "@monthly", work("report", "farm", ["make", "report"]));
  await client.call("pauseSchedule", { params: { name: "quarterly-report" }, body: {} });
  const submission = {
    work_requests: [
      {
        task_name: "build",
        subject: "{{ repository.name }}",
        task_data: { command: ["make", "{{ after }}"] },
        reactions: { on_failure: [TOLD] },
      },
    ],
  };
  const only_if = { ref: "refs/heads/main" };
  await client.call("putHook", { params: { name: "on-push" }, body: { submission, only_if } });
  await client.call("putHook", { params: { name: "on-tag" }, body: { submission, only_if: { ref: "refs/tags/*" } } });
}

/** What they did in the last days. Work of `submitted` is still known; the rest has expired. */
export function giveAutomationAPast(db: DatabaseSync, submitted: readonly WorkRequestId[]): void {
  const ago = (hours: number) => timestamp(Date.now() - hours * HOUR_MS);
  const refused = [{ code: "unknown-task", message: "There is no task sync in the server's configuration." }];
  fired(db, "nightly", [
    firing(ago(12), submitted.slice(0, 2)),
    { ...firing(ago(20), submitted.slice(2, 3)), asked_by: "ada" },
    firing(ago(36), [4711 as WorkRequestId]),
  ]); // it has expired
  fired(db, "mirror", [
    { ...firing(ago(9), []), kind: "refused", errors: refused },
    { ...firing(ago(21), []), kind: "skipped", skipped_count: 3 },
    firing(ago(69), submitted.slice(2, 3)),
  ]);
  called(db, "on-push", [
    { received_at: ago(1.2), kind: "submitted", work_request_ids: submitted.slice(3, 4), errors: [] },
    { received_at: ago(3.5), kind: "ignored", work_request_ids: [], errors: [] },
    {
      received_at: ago(26),
      kind: "refused",
      work_request_ids: [],
      errors: [{ code: "invalid-value", message: "repository.name: nothing was sent, and the hook puts it in." }],
    },
  ]);
  // nobody listens at that address, which is why nothing is tried while the example is looked at
  db.exec(`update deliveries set action = '${TOLD.replace(/\/services.*/, "")}' || substr(action, instr(substr(action, 9), '/') + 8),
    next_attempt_at = iif(next_attempt_at is null, null, '${ago(-0.7)}'),
    error = replace(error, substr(action, 1, instr(substr(action, 9), '/') + 7), 'https://chat.example.org')`);
  db.exec(
    `update events set data = json_replace(data, '$.target', 'https://chat.example.org') where kind = 'delivery'`,
  );
}

function firing(due_at: Timestamp, work_request_ids: readonly WorkRequestId[]): Firing {
  const fired_at = timestamp(epochMs(due_at) + 400);
  return {
    due_at,
    fired_at,
    kind: "submitted",
    work_request_ids: [...work_request_ids],
    errors: [],
    skipped_count: 0,
    asked_by: null,
  };
}

/** Newest first. */
function fired(db: DatabaseSync, name: string, firings: readonly Firing[]): void {
  const insert = db.prepare("insert into firings values (?, ?, ?, ?, ?, ?, ?, ?)");
  for (const { due_at, fired_at, kind, work_request_ids, errors, skipped_count, asked_by } of firings) {
    const [ids, wrong] = [JSON.stringify(work_request_ids), JSON.stringify(errors)];
    insert.run(name, due_at, fired_at, kind, ids, wrong, skipped_count, asked_by);
  }
  db.prepare("update schedules set last_firing = ? where name = ?").run(JSON.stringify(firings[0]), name);
}

/** Newest first. */
function called(db: DatabaseSync, name: string, calls: readonly HookCall[]): void {
  const insert = db.prepare(
    "insert into hook_calls (hook_name, call_key, received_at, kind, work_request_ids, errors) values (?, ?, ?, ?, ?, ?)",
  );
  for (const { received_at, kind, work_request_ids, errors } of calls.toReversed()) {
    insert.run(name, received_at, received_at, kind, JSON.stringify(work_request_ids), JSON.stringify(errors));
  }
  db.prepare("update hooks set last_call = ? where name = ?").run(JSON.stringify(calls[0]), name);
}
