import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createClient } from "../../src/client/client.ts";
import type { Firing } from "../../src/domain/schedule.ts";
import { engineOf, useDatabases } from "../store/engines.ts";
import { COMMAND, startHarness, type Harness } from "./harness.ts";

/** A clock that the test puts on; the due times are of whole minutes of it. */
let nowMs: number;
let harness: Harness;
const clock = { nowMs: () => nowMs, monotonicMs: () => performance.now() };
beforeEach(async () => {
  nowMs = Date.parse("2026-11-22T10:00:30.000Z");
  harness = await startHarness({ clock });
});
afterEach(() => harness.close());

/** For what a server does by itself. */
const PATIENT = { timeout: 20_000 };

const WORK = { work_requests: [{ task_name: "nightly", subject: "shop", task_data: COMMAND }] };

const put = (name: string, body: Record<string, unknown> = {}, of = harness) =>
  of.client.call("putSchedule", {
    params: { name },
    body: { cron: "* * * * *", submission: WORK, ...body },
  });
const firings = async (name: string, of = harness): Promise<Firing[]> =>
  (await of.client.call("getSchedule", { params: { name } })).firings;
const next = async (name: string) => (await harness.client.call("getSchedule", { params: { name } })).schedule.next_at;
const count = async (of = harness) => (await of.client.call("listWorkRequests", { query: {} })).items.length;

describe("a schedule", () => {
  it("submits its work at each due time, in the name of who made it", async () => {
    const { schedule } = await put("every-minute");
    expect(schedule).toMatchObject({ next_at: "2026-11-22T10:01:00.000Z", time_zone: "UTC", missed: "once" });
    for (const minute of [1, 2]) {
      nowMs = Date.parse(`2026-11-22T10:0${minute}:05.000Z`);
      await expect.poll(async () => (await firings("every-minute")).length, PATIENT).toBe(minute);
    }
    const done = await firings("every-minute");
    expect(done.map(({ due_at, kind }) => [due_at.slice(11, 16), kind])).toEqual([
      ["10:02", "submitted"],
      ["10:01", "submitted"],
    ]);
    const request = await harness.request(done[0]!.work_request_ids[0]!);
    expect(request).toMatchObject({ task_name: "nightly", subject: "shop", created_by: "local" });
  });

  it("makes up for what it missed while no server was there as it is told to", async () => {
    for (const missed of ["skip", "once", "all"]) await put(missed, { missed });
    await harness.server.close();
    nowMs += 65 * 60_000;
    await harness.restart();
    await expect.poll(async () => (await firings("all")).length, PATIENT).toBe(65);
    // the newest was not missed
    expect(await firings("skip")).toMatchObject([{ kind: "submitted", skipped_count: 64 }]);
    expect(await firings("once")).toMatchObject([{ kind: "submitted", skipped_count: 64 }]);
    expect(await count()).toBe(67);
  });

  it("that skips says so", async () => {
    await put("hourly", { cron: "0 * * * *", missed: "skip" });
    await harness.server.close();
    nowMs += 3.1 * 3_600_000;
    await harness.restart();
    await expect.poll(async () => (await firings("hourly")).length, PATIENT).toBe(1);
    expect(await firings("hourly")).toMatchObject([
      { kind: "skipped", due_at: "2026-11-22T13:00:00.000Z", skipped_count: 2, work_request_ids: [] },
    ]);
    expect(await next("hourly")).toBe("2026-11-22T14:00:00.000Z");
    expect(await count()).toBe(0);
  });

  it("goes on from now when it was paused", async () => {
    await put("every-minute");
    const name = "every-minute";
    await harness.client.call("pauseSchedule", { params: { name }, body: {} });
    expect(await next(name)).toBeNull();
    nowMs += 3_600_000;
    const { schedule } = await harness.client.call("resumeSchedule", { params: { name }, body: {} });
    expect(schedule).toMatchObject({ is_paused: false, next_at: "2026-11-22T11:01:00.000Z" });
    expect(await count()).toBe(0);
  });

  it("is run when somebody asks for it, also while it is paused, and is due as before", async () => {
    await put("nightly", { cron: "0 3 * * *" });
    const { secret } = await harness.client.call("createToken", { body: { name: "ada", scope: "admin" } });
    const ada = createClient({ url: harness.server.url, token: secret });
    const params = { name: "nightly" };
    const first = await ada.call("runSchedule", { params, body: {} });
    expect(first).toMatchObject({
      schedule: { next_at: "2026-11-23T03:00:00.000Z", last_firing: first.firing },
      firing: { due_at: "2026-11-22T10:00:30.000Z", kind: "submitted", asked_by: "ada", skipped_count: 0 },
    });
    await ada.call("pauseSchedule", { params, body: {} });
    await ada.call("runSchedule", { params, body: {} }); // at the same moment, by this clock
    ada.close();
    expect((await firings("nightly")).map(({ due_at, asked_by }) => [due_at.slice(17, 23), asked_by])).toEqual([
      ["30.001", "ada"],
      ["30.000", "ada"],
    ]);
    expect(await next("nightly")).toBeNull();
    const request = await harness.request(first.firing.work_request_ids[0]!);
    expect(request).toMatchObject({ task_name: "nightly", created_by: "local" }); // as at its due times
    await expect(harness.client.call("runSchedule", { params: { name: "none" }, body: {} })).rejects.toMatchObject({
      code: "not-found",
    });
  });

  it("whose work is refused when somebody asks for it says so, and keeps nothing of it", async () => {
    const [gone] = await harness.submit({ task_name: "first", expire_after: 1 });
    const submission = { work_requests: [{ ...WORK.work_requests[0], depends_on: [gone!.id] }] };
    await put("after", { cron: "0 3 1 1 *", submission });
    await harness.client.call("abortWorkRequest", { params: { id: gone!.id }, body: {} });
    nowMs += 90_000;
    await harness.restart();
    await expect.poll(() => count(), PATIENT).toBe(0);
    const refused = harness.client.call("runSchedule", { params: { name: "after" }, body: {} });
    await expect(refused).rejects.toMatchObject({ code: "invalid-submission" });
    expect(await firings("after")).toEqual([]);
  });

  it("tells when it would be due before it is made, and makes nothing", async () => {
    const asked = { cron: "30 2 * * 1-5", time_zone: "Europe/Berlin", submission: WORK };
    const { next: times } = await harness.client.call("previewSchedule", { body: asked });
    expect(times).toEqual(["23", "24", "25", "26", "27"].map((day) => `2026-11-${day}T01:30:00.000Z`));
    expect((await harness.client.call("listSchedules")).schedules).toEqual([]);
    const wrong = harness.client.call("previewSchedule", { body: { ...asked, cron: "often" } });
    await expect(wrong).rejects.toThrow("cron: found");
  });

  it("that is paused stays so when it is changed", async () => {
    await put("nightly");
    await harness.client.call("pauseSchedule", { params: { name: "nightly" }, body: {} });
    const { schedule } = await put("nightly", { cron: "0 3 * * *" });
    expect(schedule).toMatchObject({ cron: "0 3 * * *", is_paused: true, next_at: null });
  });

  it("that is changed keeps what it did, and one that is removed leaves what it submitted", async () => {
    await put("nightly");
    nowMs += 60_000;
    await expect.poll(async () => (await firings("nightly")).length, PATIENT).toBe(1);
    const { schedule } = await put("nightly", { cron: "0 3 * * *", time_zone: "Europe/Berlin" });
    expect(schedule).toMatchObject({ next_at: "2026-11-23T02:00:00.000Z", last_firing: { kind: "submitted" } });
    await harness.client.call("removeSchedule", { params: { name: "nightly" } });
    await expect(firings("nightly")).rejects.toMatchObject({ code: "not-found" });
    expect(await count()).toBe(1);
  });

  it.each([
    ["a cron expression that is none", { cron: "often" }, "invalid-request", "cron: found"],
    ["a time zone that does not exist", { time_zone: "Moon" }, "invalid-request", "time_zone: found"],
    ["work that is wrong", { submission: { work_requests: [{}] } }, "invalid-request", "task_name"],
    [
      "an unknown task",
      { submission: { work_requests: [{ task_name: "x" }] } },
      "invalid-submission",
      "no worker task",
    ],
    ["a key", { submission: { ...WORK, submission_key: "12345678" } }, "invalid-request", "submission_key"],
  ])("is refused with %s", async (_, body, code, message) => {
    const refused = put("wrong", body);
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.toThrow(message);
  });

  it("whose work is refused when it is due says why, and goes on", async () => {
    const [gone] = await harness.submit({ task_name: "first", expire_after: 1 });
    await put("after", { submission: { work_requests: [{ ...WORK.work_requests[0], depends_on: [gone!.id] }] } });
    await harness.client.call("abortWorkRequest", { params: { id: gone!.id }, body: {} });
    await harness.server.close();
    nowMs += 90_000;
    await harness.restart();
    // housekeeping and schedules are not in step: the dependent is aborted, or refused once the other is deleted
    await expect.poll(async () => (await firings("after")).length, PATIENT).toBeGreaterThan(0);
    nowMs += 60_000;
    await expect
      .poll(async () => (await firings("after"))[0], PATIENT)
      .toMatchObject({
        kind: "refused",
        errors: [{ code: "unknown-dependency" }],
      });
  });

  it("is there after a restart", async () => {
    await put("nightly", { cron: "0 3 * * *" });
    await harness.restart();
    const { schedules } = await harness.client.call("listSchedules");
    expect(schedules).toMatchObject([{ name: "nightly", next_at: "2026-11-23T03:00:00.000Z" }]);
  });
});

const postgres = engineOf("postgres");

describe(`a schedule of two servers on one ${postgres.name}`, () => {
  const databases = useDatabases(postgres);

  it("submits once for each due time, also when the one that leads goes away", async () => {
    const database = await databases.fresh();
    const [first, second] = [await startHarness({ database }), await startHarness({ database })];
    try {
      // the clock is the database's: what is made up for is due at once
      await put("often", { missed: "all" }, first);
      const store = await databases.open(database);
      const past = new Date(Date.now() - 10 * 60_000).toISOString();
      await store.transaction((tx) => tx.updateSchedule("often", { next_at: past }));
      await expect.poll(async () => (await firings("often", second)).length, PATIENT).toBeGreaterThanOrEqual(9);
      await first.server.close();
      await store.transaction((tx) => tx.updateSchedule("often", { next_at: past }));
      const isUpToDate = async () =>
        ((await second.client.call("getSchedule", { params: { name: "often" } })).schedule.next_at ?? "") > past;
      await expect.poll(isUpToDate, PATIENT).toBe(true);
      expect(await count(second)).toBe((await firings("often", second)).length);
    } finally {
      await Promise.all([first.close(), second.close()]);
    }
  });
});
