import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newFinding } from "../../src/server/loop/findings.ts";
import { openStore } from "../../src/server/store/open.ts";
import { at, KEY } from "../store/records.ts";
import { sendForm, signedIn } from "./signed-in.ts";
import { ended, startHarness, type Harness } from "./harness.ts";
import { startReceiver } from "./react/receivers.ts";

/* What people send from pages, as a browser does it without a script. */

describe("the forms of the pages", () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await startHarness({ settings: { heartbeatMs: 50 } });
  });
  afterEach(() => harness.close());

  const post = (path: string, fields: Record<string, string>, cookie = "") =>
    sendForm(harness.server, path, fields, cookie);
  const signIn = (token = harness.server.adminToken) => signedIn(harness.server, token);

  async function failedRequest(subject: string) {
    const worker = await harness.join(`w-${subject}`, { tags: [subject] });
    const [request] = await harness.submit({
      task_name: "build",
      subject,
      requirements: { tags: [subject] },
      fail_on: "any",
    });
    await harness.event(request!.id, "placed");
    const { assignments } = await worker.sync();
    await worker.sync([
      ended(assignments[0]!, {
        outcome: { kind: "start_failed", errors: [{ code: "invalid-task-data", message: "x" }] },
      }),
    ]);
    await harness.event(request!.id, "completed");
    return request!.id;
  }

  it("a token that is revoked ends the sessions that were opened with it, and no others", async () => {
    const { token, secret } = await harness.client.call("createToken", {
      body: { name: "eve", scope: "read", expires_in: 3600 },
    });
    const [eve, other] = [await signIn(secret), await signIn()];
    expect((await eve.get("/r")).status).toBe(200);
    const { tokens } = await harness.client.call("listTokens");
    expect(tokens.find(({ opened_with }) => opened_with === token.id)).toMatchObject({
      name: "session of eve",
      expires_at: token.expires_at,
    });
    await harness.client.call("revokeToken", { params: { id: token.id } });
    expect((await eve.get("/r")).status).toBe(401);
    expect((await other.get("/r")).status).toBe(200);
    expect((await harness.client.call("listTokens")).tokens.some(({ name }) => name === "session of eve")).toBe(false);
  });

  it("what a form does needs the session's own form, and its scope", async () => {
    const id = await failedRequest("a");
    const { cookie } = await signIn();
    expect((await post(`/r/${id}/retry`, {}, cookie)).status).toBe(401);
    const { secret } = await harness.client.call("createToken", { body: { name: "eve", scope: "read" } });
    expect((await (await signIn(secret)).send(`/r/${id}/retry`)).status).toBe(403);
    expect(await harness.request(id)).toMatchObject({ superseded_by: null });
  });

  it("requests that a list showed are made again, elsewhere, or aborted; those that somebody did already are passed over", async () => {
    const [first, second] = [await failedRequest("a"), await failedRequest("b")];
    const [waiting] = await harness.submit({ task_name: "later", requirements: { tags: ["none"] } });
    const person = await signIn();
    await harness.client.call("retryWorkRequest", { params: { id: first } });
    const answer = await person.send("/r/bulk", { ids: `${first} ${second} ${waiting!.id}`, do: "retry-elsewhere" });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "../"]);
    const { superseded_by } = await harness.request(second);
    expect(await harness.request(superseded_by!)).toMatchObject({ avoid_workers: ["w-b"], supersedes: second });
    await person.send("/r/bulk", { ids: `${waiting!.id} ${first} 999`, do: "abort" });
    expect(await harness.request(waiting!.id)).toMatchObject({ status: "aborted", aborted: { by: "local" } });
  });

  it("a join token comes with its command, at the address that the browser used", async () => {
    const { cookie, send } = await signIn();
    const commandOf = async (answer: Response) => />([^<>]*)npx almanac ([^<]+)/.exec(await answer.text())?.slice(1);
    const made = await send("/settings/tokens", { name: "w", scope: "join" });
    expect(await commandOf(made)).toEqual([
      "",
      expect.stringMatching(new RegExp(`^worker --url ${harness.server.url}/ --join almanac_`)),
    ]);
    const { host } = new URL(harness.server.url);
    const form_token =
      /name="form_token" value="([^"]+)"/.exec(
        await (await fetch(`${harness.server.url}/settings`, { headers: { cookie } })).text(),
      )?.[1] ?? "";
    const behind = await fetch(`${harness.server.url}/settings/tokens`, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        referer: `https://${host}/farm/almanac/settings`,
        cookie,
      },
      body: new URLSearchParams({ form_token, name: "ci", scope: "submit" }),
    });
    // a secret that lasts is not an argument, which others on the machine could see
    expect(await commandOf(behind)).toEqual([
      expect.stringMatching(/^ALMANAC_TOKEN=almanac_\S+ $/),
      `ls --url https://${host}/farm/almanac/`,
    ]);
  });

  it("lead to the command with which a machine joins, and say whom to ask to those who may not make it", async () => {
    const { token, secret } = await harness.client.call("createToken", { body: { name: "eve", scope: "read" } });
    expect(token.scope).toBe("read");
    const [reader, admin] = [await signIn(secret), await signIn()];
    for (const path of ["/", "/workers"]) {
      const [asked, offered] = [await (await reader.get(path)).text(), await (await admin.get(path)).text()];
      expect(asked).toContain("Who has an admin token makes one.");
      expect(asked).toContain("npx almanac token new --worker");
      expect(asked).not.toContain("Make the command to join");
      expect(offered).toMatch(/action="[^"]*settings\/tokens#tokens"/);
      expect(offered).toContain("Make the command to join");
    }
    const made = await admin.send("/settings/tokens", { name: "worker", scope: "join" });
    expect(await made.text()).toMatch(/npx almanac worker --url \S+ --join almanac_/);
  });

  it("the settings say who reads, and which tokens have one name", async () => {
    const make = async (name: string, scope: "read" | "submit") =>
      harness.client.call("createToken", { body: { name, scope } });
    const [first, second] = [await make("ada", "read"), await make("ada", "submit")];
    await make("ci", "submit");
    const reader = await (await (await signIn(first.secret)).get("/settings")).text();
    expect(reader).toContain("You are ada, with the scope read.");
    expect(reader).not.toContain("are all called");
    const admin = await (await (await signIn()).get("/settings")).text();
    const ids = [first, second].map(({ token }) => token.id).join(", ");
    expect(admin.match(/Tokens [^<]+ are all called [^<]+/g)).toEqual([
      `Tokens ${ids} are all called ada: what is done with them is told apart by their numbers only.`,
    ]);
  });

  it("a verdict is overruled with a reason", async () => {
    const id = await failedRequest("a");
    const person = await signIn();
    expect((await person.send(`/r/${id}/verdict`, { kind: "known_failure", note: "" })).status).toBe(400);
    expect((await person.send(`/r/${id}/verdict`, { kind: "known_failure", note: "ticket 7" })).status).toBe(303);
    expect((await harness.request(id)).verdict).toMatchObject({ kind: "known_failure", by: "local", note: "ticket 7" });
    expect(await (await person.get(`/r/${id}`)).text()).toContain("local says so: ticket 7");
  });

  it("a finding is taken, given to somebody, and left, and the list says whose it is", async () => {
    const onFault = (error: unknown) => expect.fail(String(error));
    const store = await openStore(join(harness.home, "almanac.db"), { onFault });
    await store.transaction((tx) => tx.insertFinding({ ...newFinding("memory", KEY, at(0)), first_request_by: "ci" }));
    await store.close();
    const { secret } = await harness.client.call("createToken", { body: { name: "ada", scope: "submit" } });
    const [ada, local] = [await signIn(secret), await signIn()];
    const text = async (person: typeof ada, path: string) =>
      (await (await person.get(path)).text()).replace(/<[^>]+>/g, " ");
    const send = (person: typeof ada, fields: Record<string, string>) => person.send("/regressions/1/owner", fields);
    expect(await text(local, "/regressions")).toContain("nobody; sent by ci");
    expect(await text(local, "/regressions/1")).toContain(
      "Nobody has taken it; ci sent the request in which it began.",
    );
    expect((await send(ada, { do: "take" })).status).toBe(303);
    expect(await text(ada, "/regressions/1")).toContain("ada, that is you.");
    expect(await text(local, "/regressions/1")).toContain("ada.");
    expect(await text(ada, "/regressions?owner=ada")).toContain("finding 1");
    expect((await send(local, { do: "give", owner: "eve" })).status).toBe(422);
    expect((await send(local, { do: "give", owner: "local" })).status).toBe(303);
    expect(await text(ada, "/regressions?owner=ada")).toContain("No finding matches.");
    expect((await send(local, { do: "leave" })).status).toBe(303);
    expect(await text(local, "/regressions?has_owner=no")).toContain("finding 1");
    const { secret: reader } = await harness.client.call("createToken", { body: { name: "eve", scope: "read" } });
    expect((await send(await signIn(reader), { do: "take" })).status).toBe(403);
  });

  it("times are shown in the zone that was chosen in this browser, and in UTC for a name that is none", async () => {
    const [request] = await harness.submit({ task_name: "later", requirements: { tags: ["none"] } });
    const submitted = async (cookie: string) => {
      const page = await fetch(`${harness.server.url}/r/${request!.id}`, { headers: { cookie } });
      return /<time[^>]*>(\d{4}-[^<]+)</.exec(await page.text())?.[1];
    };
    const { cookie, get, send } = await signIn();
    const utc = request!.created_at.slice(0, 19).replace("T", " ");
    expect(await submitted(cookie)).toBe(utc);
    expect((await send("/zone", { zone: "Mars/Olympus" })).headers.get("set-cookie")).toBeNull();
    const chosen = (await send("/zone", { zone: "Asia/Tokyo" })).headers.get("set-cookie")?.split(";", 1)[0];
    expect(chosen).toBe("almanac_zone=Asia/Tokyo");
    const ahead = new Date(Date.parse(request!.created_at) + 9 * 3_600_000).toISOString();
    expect(await submitted(`${cookie}; ${chosen}`)).toBe(ahead.slice(0, 19).replace("T", " "));
    expect(await submitted(`${cookie}; almanac_zone=nowhere`)).toBe(utc);
    expect(await (await get("/settings")).text()).toContain("<option selected>UTC</option>");
  });

  it("a question is answered, with who said so and why", async () => {
    const ask = async () =>
      (await harness.submit({ task_type: "wait", task_name: "confirm", task_data: { question: "Release it?" } }))[0]!
        .id;
    const [yes, no] = [await ask(), await ask()];
    const person = await signIn();
    for (const id of [yes, no]) await harness.event(id, "waiting");
    expect(await (await person.get(`/r/${yes}`)).text()).toContain("Release it?");
    await person.send(`/r/${yes}/confirm`, { answer: "yes", reason: "looks good" });
    await person.send(`/r/${no}/confirm`, { answer: "no", reason: "" });
    expect(await harness.request(yes)).toMatchObject({
      result: "success",
      output_data: { confirmation: { accepted: true, by: "local", reason: "looks good" } },
    });
    expect(await harness.request(no)).toMatchObject({
      result: "failure",
      output_data: { confirmation: { accepted: false } },
    });
  });

  it("values are set, refused with a reason and what was typed, and removed; a token is shown once and revoked", async () => {
    const person = await signIn();
    const typed = { field: "memory", value: "lots", mode: "lock", task_name: "build", note: "it's <b>big</b>" };
    const refused = await person.send("/settings/values", typed);
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('value="lots"');
    const looked = await person.send("/settings/values", { ...typed, value: "4G", do: "look" });
    const page = await looked.text();
    expect([looked.status, page.includes('value="4G"'), page.includes("It is not set. Had it been:")]).toEqual([
      200,
      true,
      true,
    ]);
    expect(page).toContain("--task build --note 'it'\\''s &lt;b>big&lt;/b>' --lock --dry-run</pre>");
    expect((await harness.client.call("listLayers")).layers).toEqual([]);
    expect((await person.get("/settings?field=memory&value=lots")).status).toBe(400);
    expect((await person.send("/settings/values", { ...typed, value: "4G" })).status).toBe(303);
    const { layers } = await harness.client.call("listLayers");
    expect(layers).toMatchObject([
      { field: "memory", value: 4 * 1024 ** 3, mode: "lock", task_name: "build", subject: null, set_by: "local" },
    ]);
    expect(await (await person.get("/settings?task_name=build")).text()).toContain("lock for task build");
    await person.send(`/settings/values/${layers[0]!.id}/remove`);
    expect((await harness.client.call("listLayers")).layers).toEqual([]);
    const made = await (
      await person.send("/settings/tokens", { name: "ci", scope: "submit", expires_in: "30d" })
    ).text();
    const secret = /almanac_[\w-]{32}/.exec(made)?.[0] ?? "";
    expect(await (await person.get("/settings")).text()).not.toContain(secret);
    expect((await (await signIn(secret)).get("/settings")).status).toBe(200);
    const token = (await harness.client.call("listTokens")).tokens.find(({ name }) => name === "ci")!;
    await person.send(`/settings/tokens/${token.id}/revoke`);
    expect((await harness.client.call("listTokens")).tokens.map(({ name }) => name)).not.toContain("ci");
    const submitter = await signIn(
      (await harness.client.call("createToken", { body: { name: "s", scope: "submit" } })).secret,
    );
    expect((await submitter.send("/settings/tokens", { name: "x", scope: "admin" })).status).toBe(403);
    expect(await (await submitter.get("/settings")).text()).not.toContain("session of");
  });

  it("a schedule is paused, resumed and forgotten, and a hook forgotten, by who may", async () => {
    const person = await signIn();
    const submission = { work_requests: [{ task_name: "build", task_data: { command: ["true"] } }] };
    const { client } = harness;
    await client.call("putSchedule", { params: { name: "nightly" }, body: { cron: "0 3 1 1 *", submission } });
    await client.call("putHook", { params: { name: "on-push" }, body: { submission } });
    const isPaused = async () => (await client.call("listSchedules")).schedules.map(({ is_paused }) => is_paused);
    expect((await person.send("/schedules/nightly/pause")).status).toBe(303);
    expect(await isPaused()).toEqual([true]);
    expect(await (await person.get("/schedules/nightly")).text()).toContain("It is paused");
    await person.send("/schedules/nightly/resume");
    expect(await isPaused()).toEqual([false]);
    const reader = await signIn((await client.call("createToken", { body: { name: "r", scope: "submit" } })).secret);
    for (const form of ["/schedules/nightly/remove", "/hooks/on-push/remove", "/schedules/nightly/pause"]) {
      expect((await reader.send(form)).status).toBe(403);
    }
    expect(await (await reader.get("/schedules")).text()).not.toMatch(/<button[^>]*>Pause/);
    expect((await person.send("/schedules/nightly/remove")).status).toBe(303);
    expect((await person.send("/hooks/on-push/remove")).status).toBe(303);
    expect((await person.get("/schedules/nightly")).status).toBe(404);
    expect((await client.call("listHooks")).hooks).toEqual([]);
  });

  it("a schedule is looked at, made, changed and run; what is wrong stands beside its field, and what was typed stays", async () => {
    const { get, send } = await signIn();
    const listed = async () => (await harness.client.call("listSchedules")).schedules;
    const submission = JSON.stringify({ work_requests: [{ task_name: "build", task_data: { command: ["true"] } }] });
    const form = { name: "nightly", cron: "0 3 * * *", time_zone: "Europe/Berlin", missed: "once", submission };
    const look = await (await send("/schedules", { ...form, do: "look" })).text();
    expect(look).toContain("It is not saved.");
    const command = "almanac schedule add nightly &#39;0 3 * * *&#39; FILE --tz Europe/Berlin --missed once";
    expect(look.replaceAll("'", "&#39;")).toContain(`${command}</code>`);
    expect(look.indexOf("It is not saved.")).toBeLessThan(look.indexOf('name="cron"'));
    expect(look.match(/<li><time /g)).toHaveLength(5);
    expect(await listed()).toEqual([]);

    const wrong = await send("/schedules", { ...form, cron: "often", do: "save" });
    const page = await wrong.text();
    expect(wrong.status).toBe(400);
    expect(page).toMatch(/id="field-cron-wrong" class="wrong"><p>cron: found/);
    expect(page).toContain('name="cron" aria-invalid="true" aria-describedby="field-cron-wrong"');
    expect(page).toContain('value="often"');
    const text = await (await send("/schedules", { ...form, submission: "{", do: "save" })).text();
    expect(text).toMatch(/id="field-submission-wrong" class="wrong"><p>submission: found text that is not JSON/);
    expect(await listed()).toEqual([]);

    expect((await send("/schedules", { ...form, do: "save" })).headers.get("location")).toBe("./schedules/nightly");
    const taken = await send("/schedules", { ...form, do: "save" });
    expect(await taken.text()).toContain("a name that no schedule has; one that is there is changed on its page");
    await send("/schedules/nightly/change", { ...form, cron: "0 4 * * *", do: "save" });
    expect(await listed()).toMatchObject([{ name: "nightly", cron: "0 4 * * *", created_by: "local" }]);

    expect((await send("/schedules/nightly/run")).status).toBe(303);
    const [{ last_firing: firing } = {}] = await listed();
    expect(firing).toMatchObject({ kind: "submitted", asked_by: "local" });
    expect(await (await get("/schedules/nightly")).text()).toContain("local asked for it");
    expect((await send("/schedules/none/run")).status).toBe(404);
  });

  it("of a schedule, all mistakes of a form are told at once", async () => {
    const { send } = await signIn();
    const form = { name: "a b", cron: "often", time_zone: "Moon", missed: "once" };
    const unread = await (await send("/schedules", { ...form, submission: "{", do: "look" })).text();
    const unknown = JSON.stringify({ work_requests: [{ task_name: "build" }, {}] });
    const read = await (await send("/schedules", { ...form, submission: unknown, do: "look" })).text();
    for (const page of [unread, read]) {
      expect(page.match(/id="field-\w+-wrong"/g)).toEqual(
        ["name", "cron", "time_zone", "submission"].map((field) => `id="field-${field}-wrong"`),
      );
      expect(page.match(/<p>cron: found/g)).toHaveLength(1);
      expect(page).toContain("such as &quot;30 6 * * 1-5&quot; for half past six on workdays");
    }
  });

  it("a hook is looked at, made, changed and forgotten; its secret is shown once", async () => {
    const { get, send } = await signIn();
    const listed = async () => (await harness.client.call("listHooks")).hooks;
    const work = { task_name: "build", subject: "{{ repository }}", task_data: { command: ["true"] } };
    const submission = JSON.stringify({ work_requests: [work] });
    const form = { name: "on-push", only_if: "ref=refs/heads/*\n", submission };
    const look = async (sent: string) => (await send("/hooks", { ...form, sent, do: "look" })).text();
    expect(await look('{"ref":"refs/heads/main","repository":"shop"}')).toMatch(/would be .*submitted.*shop/s);
    expect(await look('{"ref":"v1"}')).toContain("ref is &quot;v1&quot;, and must match refs/heads/*");
    expect(await look('{"ref":"refs/heads/main"}')).toContain("repository: found nothing");
    expect(await look("")).toContain("The hook can be made.");
    const wrong = await send("/hooks", {
      name: "",
      only_if: "ref",
      submission: "{",
      secret: "short",
      sent: "{",
      do: "look",
    });
    expect(wrong.status).toBe(400);
    expect((await wrong.text()).match(/id="field-\w+-wrong"/g)).toEqual(
      ["name", "only_if", "submission", "secret", "sent"].map((field) => `id="field-${field}-wrong"`),
    );
    const code = JSON.stringify({ work_requests: [{ task_name: "build", task_data: { script: "echo {{ ref }}" } }] });
    expect(await (await send("/hooks", { ...form, submission: code, do: "save" })).text()).toContain("in a program");
    expect(await listed()).toEqual([]);

    const made = await send("/hooks", { ...form, do: "save" });
    expect([made.status, /whsec_\S{20}/.test(await made.text())]).toEqual([201, true]);
    expect(await (await get("/hooks/on-push")).text()).not.toContain("whsec_");
    const tried = await (await send("/hooks/on-push/change", { ...form, sent: "{}", do: "look" })).text();
    expect(tried.indexOf("Such a call would be")).toBeGreaterThan(0);
    expect(tried.indexOf("Such a call would be")).toBeLessThan(tried.indexOf("What became of its calls"));
    expect(tried.replaceAll("&#39;", "'")).toContain(
      "almanac hook add on-push FILE --only-if 'ref=refs/heads/*'</code>",
    );
    expect(await listed()).toMatchObject([{ name: "on-push", only_if: { ref: "refs/heads/*" }, created_by: "local" }]);
    const taken = await send("/hooks", { ...form, do: "save" });
    expect(await taken.text()).toContain("a name that no hook has; one that is there is changed on its page");
    expect((await send("/hooks/on-push/change", { ...form, only_if: "", do: "save" })).status).toBe(303);
    expect(await listed()).toMatchObject([{ only_if: {} }]);
    const own = await send("/hooks", { ...form, name: "own", secret: "a-secret-of-my-own", do: "save" });
    expect([own.status, own.headers.get("location")]).toEqual([303, "./hooks/own"]);
    const gone = await send("/hooks/none/change", { ...form, do: "save" });
    expect([gone.status, /of the hook; one that was removed/.test(await gone.text())]).toEqual([404, true]);
    expect((await send("/hooks/on-push/remove")).status).toBe(303);
    expect((await listed()).map(({ name }) => name)).toEqual(["own"]);
  });

  it("what could not be told is tried again, and what it is about stands with it", async () => {
    const receiver = await startReceiver(() => (isGone ? 410 : 204));
    let isGone = true;
    await harness.close();
    harness = await startHarness({ settings: { heartbeatMs: 50 }, reactions: { webhookHosts: ["127.0.0.1"] } });
    try {
      const person = await signIn();
      const worker = await harness.join("w-1");
      const reactions = { on_failure: [receiver.url.replace("/hook", "/s3cr3t")] };
      const [request] = await harness.submit({ task_name: "build", reactions });
      await harness.event(request!.id, "placed");
      const { assignments } = await worker.sync();
      await worker.sync([ended(assignments[0]!, { outcome: { kind: "exited", code: 1 } })]);
      await harness.event(request!.id, "delivery");
      const page = await (await person.get(`/deliveries?work_request_id=${request!.id}`)).text();
      expect(page).toContain("failed after 1 attempt: it answered with the status 410");
      expect(page).not.toContain("s3cr3t");
      expect(await (await person.get(`/r/${request!.id}`)).text()).toContain(`http://127.0.0.1:${receiver.port}`);
      isGone = false;
      const { items } = await harness.client.call("listDeliveries", { query: {} });
      expect((await person.send(`/deliveries/${items[0]!.id}/again`)).status).toBe(303);
      await harness.event(request!.id, "delivery", 2);
      expect(await (await person.get("/deliveries")).text()).toContain("delivered");
    } finally {
      await receiver.close();
    }
  });
});
