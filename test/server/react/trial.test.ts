import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createClient } from "../../../src/client/client.ts";
import { actText, isAct } from "../../../src/domain/act.ts";
import { verifyCall } from "../../../src/server/loop/hooks/signature.ts";
import { startHarness, type Harness } from "../harness.ts";
import { startMailServer, startReceiver, type Call } from "./receivers.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

describe("a test delivery", () => {
  let harness: Harness;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let mail: Awaited<ReturnType<typeof startMailServer>>;
  let answer: { status: number; text: string };
  beforeEach(async () => {
    answer = { status: 200, text: "taken" };
    receiver = await startReceiver(
      () => answer.status,
      () => answer.text,
    );
    mail = await startMailServer();
    harness = await startHarness({
      webhookSecret: SECRET,
      reactions: {
        webhookHosts: ["127.0.0.1"],
        commands: true,
        mail: { smtpUrl: mail.url, from: "almanac@example.org" },
      },
    });
  });
  afterEach(async () => {
    await harness.close();
    await receiver.close();
    await mail.close();
  });

  const attempt = async (action: string) => (await harness.client.call("tryDelivery", { body: { action } })).trial;
  const isSigned = ({ headers, body }: Call) => verifyCall(headers, Buffer.from(body), SECRET, Date.now());

  it("is signed as a real one is, says that it is a test, and tells what came back", async () => {
    const trial = await attempt(receiver.url);
    expect(trial).toMatchObject({
      target: `http://127.0.0.1:${receiver.port}`,
      state: "delivered",
      reason: null,
      status: 200,
      answer: "taken",
      is_answer_cut: false,
      is_signed: true,
      sent_id: expect.stringMatching(/^test-/) as unknown,
    });
    const [call] = receiver.calls;
    expect(isSigned(call!)).toMatchObject({ ok: true }); // it was called
    expect(call!.headers["webhook-id"]).toBe(trial.sent_id);
    expect(JSON.parse(call!.body)).toEqual(trial.payload);
    expect(trial.payload).toMatchObject({ type: "test", data: { work_request: { id: 0, task_name: "example" } } });
  });

  it.each([
    [404, "it answered with the status 404"],
    [500, "it answered with the status 500"],
    [302, "it answered with the status 302, and redirects are not followed"],
  ])("that is answered with %i has failed, is not tried again, and shows what was answered", async (status, reason) => {
    answer = { status, text: "é".repeat(600) };
    const trial = await attempt(receiver.url);
    expect(trial).toMatchObject({ state: "failed", status, reason, answer: "é".repeat(512), is_answer_cut: true });
    expect(receiver.calls).toHaveLength(1);
  });

  it("reaches no host that a real one may not reach", async () => {
    const trial = await attempt(`http://localhost:${receiver.port}/hook`);
    expect(trial).toMatchObject({
      state: "failed",
      status: null,
      answer: "",
      reason: expect.stringContaining("localhost is not on the internet") as unknown,
    });
    expect(receiver.calls).toEqual([]);
  });

  it("is an e-mail, or a command, where these are what is told", async () => {
    const trial = await attempt("mailto:team@example.org");
    expect(trial).toMatchObject({ state: "delivered", status: 250, answer: "250 taken", is_signed: false });
    expect(mail.letters[0]?.content).toContain("Subject: [almanac] test: example test-delivery");
    const directory = mkdtempSync(join(tmpdir(), "almanac-trial-"));
    const program = join(directory, "tell");
    writeFileSync(program, '#!/bin/sh\necho "$ALMANAC_REACTION"; echo "no pager" >&2; exit 3\n', { mode: 0o755 });
    expect(await attempt(`command:${program}`)).toMatchObject({
      state: "failed",
      status: 3,
      reason: "the command exited with 3: no pager",
      answer: expect.stringContaining("test\n") as unknown,
      is_signed: false,
    });
    rmSync(directory, { recursive: true, force: true });
  });

  it("leaves a trace of who sent it, without the address, and no delivery", async () => {
    const secretPath = receiver.url.replace("/hook", "/T024/B7/x9Ka");
    await attempt(secretPath);
    answer = { status: 503, text: "" };
    await attempt(secretPath);
    expect((await harness.client.call("listDeliveries", { query: {} })).items).toEqual([]);
    const acts: string[] = [];
    for await (const message of harness.client.events({ after: 0 })) {
      if (message.type !== "event" || message.event.kind !== "delivery_tried") continue;
      expect(JSON.stringify(message.event)).not.toContain("x9Ka");
      if (isAct(message.event)) acts.push(`${message.event.data.by} ${actText(message.event)}`);
      if (acts.length === 2) break;
    }
    expect(acts).toEqual([
      `local sent a test to http://127.0.0.1:${receiver.port}: delivered`,
      `local sent a test to http://127.0.0.1:${receiver.port}: failed`,
    ]);
  });

  it("is for administrators, and of an action that this server carries out", async () => {
    const { secret } = await harness.client.call("createToken", { body: { name: "eve", scope: "submit" } });
    const eve = createClient({ url: harness.server.url, token: secret });
    await expect(eve.call("tryDelivery", { body: { action: receiver.url } })).rejects.toMatchObject({
      code: "forbidden",
    });
    eve.close();
    await expect(attempt("gopher://x")).rejects.toMatchObject({ code: "invalid-request" });
    const quiet = await startHarness();
    try {
      const asked = quiet.client.call("tryDelivery", { body: { action: "command:/bin/true" } });
      await expect(asked).rejects.toMatchObject({
        code: "reaction-not-allowed",
        message:
          "action: this server does not carry out command:/bin/true: commands are not allowed (--reaction-commands).",
      });
    } finally {
      await quiet.close();
    }
  });
});
