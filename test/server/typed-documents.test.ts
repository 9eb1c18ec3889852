import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { startHarness, type Harness } from "./harness.ts";
import { signedIn } from "./signed-in.ts";

/* What people type into fields that take a whole document, and what is told when it cannot be read. */

describe("a document in a form", () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await startHarness({});
  });
  afterEach(() => harness.close());

  it("work is submitted as YAML, JSON or JSON Lines, alike, and what is refused stays as it was typed", async () => {
    const { send } = await signedIn(harness.server, harness.server.adminToken);
    const task_data = { command: ["echo", "- no: list", "1e3", "~"], env: { EMPTY: "", YES: "no" } };
    const wanted = { task_name: "typed", subject: "#1", requirements: { tags: ["none"] }, task_data };
    const line = JSON.stringify(wanted);
    const texts = [
      line,
      stringify(wanted),
      stringify([wanted]),
      stringify({ work_requests: [wanted] }),
      `${line}\n${line}`,
    ];
    for (const submission of texts) {
      expect((await send("/new", { submission, do: "submit" })).status).toBe(303);
    }
    const { items } = await harness.client.call("listWorkRequests", { query: {} });
    expect(items).toHaveLength(texts.length + 1);
    for (const { id } of items) expect(await harness.request(id)).toMatchObject(wanted);

    const told = async (submission: string) => {
      const answer = await send("/new", { submission, do: "submit" });
      const page = await answer.text();
      const shown = /<textarea[^>]*name="submission"[^>]*>([^]*?)<\/textarea>/.exec(page)?.[1] ?? "";
      expect(shown.replaceAll("&lt;", "<").replaceAll("&quot;", '"').replaceAll("&amp;", "&").trimStart()).toBe(
        submission,
      );
      const alert = /role="alert">([^]*?)<\/div>/.exec(page)?.[1] ?? "";
      return `${answer.status} ${alert
        .replaceAll(/<[^>]*>/g, " ")
        .replaceAll("&lt;", "<")
        .replaceAll("&quot;", '"')
        .trim()}`;
    };
    expect(await told("- task_name: a\n- task_name: <b>\n  priority: high\n")).toMatch(
      /^422 line 3, column 13: work_requests\[1\]\.priority: found "high", expected /,
    );
    expect(await told('{"task_name": "a",\n  "priority": "high"}')).toContain(
      "line 2, column 15: work_requests[0].priority",
    );
    expect(await told("task_name: a\nsubject: [one\n")).toMatch(
      /^422 submission: found text that is not YAML \(line 3, column 1: .*, expected YAML or JSON: a work request, a list/,
    );
    expect(await told("a: &a [*a]")).toContain("YAML that is not read here (line 1, column 8: *a holds itself)");
    expect(await told("just text")).toContain("submission: found a string, expected YAML or JSON");
    expect(await told(`a: ${"x".repeat(100_000)}`)).toContain("at most 100000 are read; as JSON it may be longer");
    expect((await harness.client.call("listWorkRequests", { query: {} })).items).toHaveLength(items.length);
  });

  it("schedules and hooks take YAML too, and say where in it a mistake stands", async () => {
    const { send } = await signedIn(harness.server, harness.server.adminToken);
    const work = { task_name: "build", subject: "{{ repository }}", task_data: { command: ["true"] } };
    const schedule = { name: "nightly", cron: "0 3 * * *", time_zone: "UTC", missed: "once", do: "save" };
    const submission = stringify({ ...work, subject: "shop" });
    expect((await send("/schedules", { ...schedule, submission })).status).toBe(303);
    const { schedules } = await harness.client.call("listSchedules");
    expect(schedules).toMatchObject([{ submission: { work_requests: [{ ...work, subject: "shop" }] } }]);
    const wrong = await send("/schedules", {
      ...schedule,
      name: "other",
      submission: "task_name: a\npriority: high\n",
    });
    expect(await wrong.text()).toMatch(
      /id="field-submission-wrong" class="wrong"><p>line 2, column 11: submission\.work_requests\[0\]\.priority: found/,
    );
    const hook = { name: "on-push", only_if: "", do: "save" };
    expect((await send("/hooks", { ...hook, submission: stringify(work) })).status).toBe(201);
    const { hooks } = await harness.client.call("listHooks");
    expect(hooks).toMatchObject([{ submission: { work_requests: [work] } }]);
    const bare = await send("/hooks", { ...hook, name: "bare", submission: "task_name: a\nsubject: {{ ref }}\n" });
    expect(await bare.text()).toContain(
      "line 2, column 11: the name of a field is a list or an object; a text that begins with { or [",
    );
    const call = await send("/hooks", { ...hook, name: "bare", submission, sent: '{\n"ref": }', do: "look" });
    expect(await call.text()).toContain("sent: found text that is not JSON (line 2, column 8:");
  });
});
