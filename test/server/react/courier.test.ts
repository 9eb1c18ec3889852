import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isListed, isPublicAddress } from "../../../src/server/react/addresses.ts";
import { createCourier, type ReactionSettings } from "../../../src/server/react/courier.ts";
import { webhookSecret } from "../../../src/server/react/secret.ts";
import { signatureOf } from "../../../src/server/loop/hooks/signature.ts";
import { startMailServer, startReceiver } from "./receivers.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW_MS = Date.UTC(2026, 10, 22);
const PAYLOAD = {
  type: "on_regression",
  timestamp: "2026-11-22T00:00:00.000Z",
  data: {
    work_request: {
      id: 7,
      task_name: "build",
      subject: "hello",
      context: "sid",
      result: "failure",
      worker_name: "w-1",
      created_by: "me",
      output_data: { runtime_statistics: {} },
      verdict: { kind: "regression", fatal: true, because: "it passed before", first_error: "a.c:1: error: größer" },
    },
  },
};

const never = new AbortController().signal;

function send(action: string, settings: ReactionSettings) {
  const courier = createCourier(settings, { secret: SECRET, nowMs: () => NOW_MS });
  return courier.send({ id: "delivery-3", action, payload: PAYLOAD }, never).finally(() => courier.close());
}

describe("a webhook", () => {
  it("is signed as Standard Webhooks has it", () => {
    // the example of the specification's libraries
    const text = `msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}`;
    expect(signatureOf(SECRET, "", text)).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });

  it("is called with its id, its time and the signature of both and the body", async () => {
    const receiver = await startReceiver();
    try {
      expect(await send(receiver.url, { webhookHosts: ["127.0.0.1"] })).toEqual({ isOk: true });
      const [call] = receiver.calls;
      expect(JSON.parse(call!.body)).toEqual(PAYLOAD); // it was called
      const id = "delivery-3";
      const seconds = NOW_MS / 1000;
      expect(call).toMatchObject({
        path: "/hook",
        headers: {
          "content-type": "application/json",
          "webhook-id": id,
          "webhook-timestamp": `${seconds}`,
          "webhook-signature": signatureOf(SECRET, `${id}.${seconds}.`, call!.body),
        },
      });
    } finally {
      await receiver.close();
    }
  });

  it.each([
    [500, "it answered with the status 500", false],
    [302, "it answered with the status 302, and redirects are not followed", false],
    [410, "it answered with the status 410", true],
  ])("that answers with %i has failed", async (status, reason, isFinal) => {
    const receiver = await startReceiver(() => status);
    try {
      expect(await send(receiver.url, { webhookHosts: ["*"] })).toEqual({ isOk: false, reason, isFinal });
      expect(receiver.calls).toHaveLength(1);
    } finally {
      await receiver.close();
    }
  });

  it("never reaches this machine or its networks, under no name, unless its administrator lists the host", async () => {
    const receiver = await startReceiver();
    try {
      for (const host of ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]) {
        const sent = await send(`http://${host}:${receiver.port}/hook`, { webhookHosts: ["example.org"] });
        expect(sent).toMatchObject({
          isOk: false,
          reason: expect.stringContaining("is not on the internet") as unknown,
        });
      }
      expect(receiver.calls).toEqual([]);
      const listed = { webhookHosts: [`localhost:${receiver.port}`] };
      expect(await send(`http://localhost:${receiver.port}/`, listed)).toEqual({ isOk: true });
    } finally {
      await receiver.close();
    }
  });

  it.each([
    ["8.8.8.8", true],
    ["2606:4700:4700::1111", true],
    ["10.1.2.3", false],
    ["100.64.0.1", false],
    ["127.8.8.8", false],
    ["169.254.169.254", false],
    ["172.31.0.1", false],
    ["192.168.1.1", false],
    ["224.0.0.1", false],
    ["255.255.255.255", false],
    ["0.0.0.0", false],
    ["::", false],
    ["::1", false],
    ["::ffff:10.0.0.1", false],
    ["fe80::1", false],
    ["fd00:ec2::254", false],
    ["64:ff9b::a00:1", false],
    ["2002:a00:1::", false],
    ["example.org", false],
  ])("%s is on the internet: %s", (address, isPublic) => {
    expect(isPublicAddress(address)).toBe(isPublic);
  });

  it("may go to hosts of the list with or without their ports", () => {
    const at = { hostname: "ci.intern", port: "8080" };
    expect(isListed(["CI.intern"], at)).toBe(true);
    expect(isListed(["ci.intern:8080"], at)).toBe(true);
    expect(isListed(["ci.intern:80", "intern"], at)).toBe(false);
  });
});

describe("an e-mail", () => {
  it("says what happened, in any script, from the server's own address", async () => {
    const server = await startMailServer();
    try {
      const mail = { smtpUrl: server.url, from: "almanac@example.org" };
      expect(await send("mailto:team@example.org", { mail })).toEqual({ isOk: true });
      const [letter] = server.letters;
      expect(letter).toMatchObject({ from: "almanac@example.org", to: ["team@example.org"] });
      expect(letter!.content).toContain("Subject: [almanac] regression: build hello sid"); // it was taken
      expect(letter!.content).toContain("Message-ID: <delivery-3@almanac>");
      expect(letter!.content).toContain("Auto-Submitted: auto-generated");
      expect(letter!.content).toContain("Because: it passed before");
      expect(letter!.content).toMatch(/gr=C3=B6=C3=9Fer/);
    } finally {
      await server.close();
    }
  });

  it("that the mail server refuses for good is not tried again", async () => {
    const server = await startMailServer("550 no such user");
    try {
      const mail = { smtpUrl: server.url, from: "almanac@example.org" };
      const sent = await send("mailto:nobody@example.org", { mail });
      expect(sent).toMatchObject({ isOk: false, isFinal: true, reason: expect.stringContaining("550") as unknown });
    } finally {
      await server.close();
    }
  });

  it("needs a mail server", async () => {
    expect(await send("mailto:a@b", {})).toEqual({
      isOk: false,
      isFinal: true,
      reason: "it has no mail server (--smtp)",
    });
  });
});

describe("a command", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "almanac-react-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** A program that keeps what it was given. */
  function program(more: string): string {
    const path = join(directory, "tell");
    writeFileSync(
      path,
      `#!/bin/sh\nenv > ${directory}/env; printf '%s|' "$@" > ${directory}/args; cat > ${directory}/in\n${more}\n`,
      {
        mode: 0o755,
      },
    );
    return path;
  }
  const kept = (name: string) => readFileSync(join(directory, name), "utf8");

  it("gets the facts in its environment, nothing of the server's, and its words as they are: there is no shell", async () => {
    process.env["ALMANAC_SECRET_OF_TEST"] = "secret";
    const action = `command:${program("exit 0")} --team $(id) ;x`;
    expect(await send(action, { commands: true })).toEqual({ isOk: true });
    delete process.env["ALMANAC_SECRET_OF_TEST"];
    expect(kept("args")).toBe("--team|$(id)|;x|");
    expect(JSON.parse(kept("in"))).toEqual(PAYLOAD);
    const env = kept("env");
    expect(env).toContain("ALMANAC_REACTION=on_regression\n");
    expect(env).toContain("ALMANAC_REQUEST_ID=7\n");
    expect(env).toContain("ALMANAC_FIRST_ERROR=a.c:1: error: größer\n");
    expect(env).toContain("ALMANAC_DELIVERY_ID=delivery-3\n");
    expect(env).not.toContain("secret");
  });

  it("that fails says why", async () => {
    const action = `command:${program("echo no pager >&2; exit 3")}`;
    expect(await send(action, { commands: true })).toEqual({
      isOk: false,
      reason: "the command exited with 3: no pager",
    });
    expect(await send("command:/nope/nothing", { commands: true })).toMatchObject({
      isOk: false,
      reason: "there is no program /nope/nothing on the server",
    });
  });

  it("is run only where the administrator allows it, and never for a request", async () => {
    const action = `command:${program("")}`;
    expect(await send(action, {})).toMatchObject({ isOk: false, isFinal: true });
    const courier = createCourier({ commands: true }, { secret: SECRET, nowMs: () => NOW_MS });
    expect(courier.refusal(action, "administrator")).toBeUndefined();
    expect(courier.refusal(action, "request")).toBe(
      "requests name no commands; tasks of its configuration and layers do",
    );
  });
});

describe("the secret of webhooks", () => {
  it("is made once, readable by its owner only, unless one is given", () => {
    const directory = mkdtempSync(join(tmpdir(), "almanac-secret-"));
    const file = join(directory, "secret");
    expect(webhookSecret(file, "whsec_given")).toBe("whsec_given");
    const made = webhookSecret(file, undefined);
    expect(made).toMatch(/^whsec_[\w+/=]{44}$/);
    expect(webhookSecret(file, "")).toBe(made);
    rmSync(directory, { recursive: true, force: true });
  });
});
