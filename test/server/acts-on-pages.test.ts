import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startHarness, type Harness } from "./harness.ts";
import { startReceiver } from "./react/receivers.ts";
import { signedIn } from "./signed-in.ts";

/* What people did to the server, as pages tell it; and the tests that they send to whom it tells. */

describe("the pages", () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await startHarness({ settings: { heartbeatMs: 50 } });
  });
  afterEach(() => harness.close());

  const signIn = (token = harness.server.adminToken) => signedIn(harness.server, token);

  it("what people did to the server is told on the settings, and that of a request by its events", async () => {
    const admin = await signIn();
    expect(await (await admin.get("/settings")).text()).toContain("Nobody has changed anything");
    const { secret } = await harness.client.call("createToken", { body: { name: "ada", scope: "admin" } });
    const ada = await signIn(secret);
    await harness.join("w-1");
    await ada.send("/settings/values", { field: "memory", value: "2G", mode: "default", task_name: "build" });
    const [{ id } = { id: 0 }] = (await harness.client.call("listLayers")).layers;
    await admin.send(`/settings/values/${id}/remove`);
    await ada.send("/workers/w-1/drain");
    await harness.client.call("removeWorker", { params: { worker_name: "w-1" } });
    const { token } = await harness.client.call("createToken", { body: { name: "ci", scope: "read", expires_in: 60 } });
    await ada.send(`/settings/tokens/${token.id}/revoke`);
    for (const name of ["gone", "nightly"]) {
      const submission = { work_requests: [{ task_name: "build", task_data: { command: ["true"] } }] };
      await harness.client.call("putSchedule", { params: { name }, body: { cron: "0 3 1 1 *", submission } });
    }
    await ada.send("/schedules/nightly/pause");
    await ada.send("/schedules/gone/remove");
    const [, told = ""] = (await (await admin.get("/settings")).text()).split("What people did, newest first");
    const texts = told
      .slice(0, told.indexOf("</table>"))
      .replace('<a href="./schedules/nightly">', "LINK")
      .replaceAll(/<[^>]*>/g, " ")
      .replaceAll(/\s+/g, " ");
    const adas = (await harness.client.call("listTokens")).tokens.find(({ name }) => name === "ada")?.id;
    expect(texts).toMatch(
      new RegExp(
        `ada \\( token ${adas} \\) removed the schedule gone .* paused LINK ?the schedule nightly .* local \\( token 1 \\) made the schedule gone .*` +
          `revoked the token ${token.id} ci \\(read\\) .* local [^a-z]*token 1 \\) made the token ${token.id} ci \\(read, for 1m00s\\) .*` +
          `removed the worker w-1 .* drained w-1 .* removed the value ${id} .* set memory`,
      ),
    );
    const [request] = await harness.submit({ task_name: "later", requirements: { tags: ["none"] } });
    await ada.send(`/r/${request!.id}/priority`, { priority_adjustment: "3" });
    expect((await harness.event(request!.id, "priority_changed")).data).toMatchObject({ to: 3, by: "ada" });
  });

  it("of two tokens of one name, each is named by its number in what it did, which leads to its row", async () => {
    const make = () => harness.client.call("createToken", { body: { name: "ada", scope: "admin" } });
    const [first, second] = [await make(), await make()];
    const [one, other] = [await signIn(first.secret), await signIn(second.secret)];
    await one.send("/settings/values", { field: "memory", value: "2G", mode: "default", task_name: "build" });
    await other.send("/settings/values", { field: "memory", value: "3G", mode: "default", task_name: "test" });
    const page = async (query: string) => (await one.get(`/settings${query}`)).text();
    const all = await page("");
    for (const { token } of [first, second]) {
      expect(all).toContain(`ada (<a href="./settings#token-${token.id}">token ${token.id}</a>)`);
      expect(all).toContain(`<span id="token-${token.id}">${token.id}</span>`);
    }
    const rows = (text: string) => /What people did, newest first.*?<tbody>(.*?)<\/tbody>/s.exec(text)?.[1] ?? "";
    const mine = rows(await page(`?by_token=${first.token.id}`));
    expect(mine.match(/<tr/g)).toHaveLength(1);
    expect(mine).toContain("set memory (value 1)");
    expect(rows(await page("?kind=token_changed")).match(/made the token/g)).toHaveLength(2);
    expect(await page("?until=2020-01-01T00:00")).toContain("None matches.");
    const wrong = await one.get("/settings?by_token=ada");
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toMatch(/role="alert"><p>by_token: found/);

    const listed = async (query: object) => (await harness.client.call("listActs", { query })).items;
    expect(await listed({ by_token: second.token.id })).toMatchObject([
      { kind: "layer_changed", by: "ada", by_token: second.token.id, did: "set memory (value 2)" },
    ]);
    const [newest] = await listed({ limit: 1 });
    const { next_cursor: cursor } = await harness.client.call("listActs", { query: { limit: 1 } });
    const older = await listed({ cursor: cursor! }); // there is more than one
    expect(older.map(({ id }) => id < newest!.id)).toEqual([true, true, true]);
    expect(await listed({ since: "2999-01-01T00:00:00.000Z" })).toEqual([]);
  });

  it("a test is sent to whom values tell, or to anybody else, and what comes back is shown, to administrators", async () => {
    const receiver = await startReceiver(
      () => 500,
      () => "<b>out of order</b>",
    );
    try {
      const on_failure = ["https://chat.example.org/services/x9Ka"];
      const layer = { field: "on_failure", value: on_failure, task_name: "build" } as const;
      await harness.client.call("putLayer", { body: layer });
      const admin = await signIn();
      const page = await (await admin.get("/deliveries")).text();
      expect(page).toContain('name="action" value="https://chat.example.org/services/x9Ka"');
      expect(page).toContain("failure (value 1 for task build)");
      const refused = await admin.send("/deliveries/try", { action: receiver.url });
      expect(await refused.text()).toContain("was not told, after");
      const unread = await admin.send("/deliveries/try", { action: "gopher://x" });
      expect(unread.status).toBe(400);
      expect(await unread.text()).toMatch(/role="alert"><p>action: found .*gopher:.*value="gopher:\/\/x"/s);
      const { secret } = await harness.client.call("createToken", { body: { name: "eve", scope: "submit" } });
      const eve = await signIn(secret);
      expect(await (await eve.get("/deliveries")).text()).not.toMatch(/Send a test|x9Ka/);
      expect((await eve.send("/deliveries/try", { action: receiver.url })).status).toBe(403);
      await harness.close();
      harness = await startHarness({ reactions: { webhookHosts: ["127.0.0.1"] } });
      const answered = await (await (await signIn()).send("/deliveries/try", { action: receiver.url })).text();
      expect(answered).toMatch(/was not told, after \w+: it answered with the status 500. What was sent is signed./);
      expect(answered).toContain("&lt;b>out of order&lt;/b>");
      expect(answered).not.toContain("live.js");
    } finally {
      await receiver.close();
    }
  });
});
