import { createServer, type AddressInfo, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { createCourier } from "../../../src/server/react/courier.ts";
import { networkFaultText } from "../../../src/server/react/network-fault.ts";
import { startReceiver } from "./receivers.ts";

/* Why nobody could be told, in words: each end of a connection is a real one. */

const PAYLOAD = { type: "test", timestamp: "2026-11-22T00:00:00.000Z", data: {} };

async function reasonOf(url: string, timeoutMs?: number): Promise<string> {
  const settings = { webhookHosts: ["*"] };
  const limit = timeoutMs === undefined ? {} : { timeoutMs };
  const courier = createCourier(settings, { secret: "whsec_c2VjcmV0", nowMs: () => 0, ...limit });
  const sent = await courier.send({ id: "test-1", action: url, payload: PAYLOAD }, new AbortController().signal);
  courier.close();
  return sent.isOk ? "it was delivered" : sent.reason;
}

/** A server on loopback that does so with whoever connects. */
async function withSockets<Result>(
  onSocket: (socket: Socket) => void,
  act: (host: string) => Promise<Result>,
): Promise<Result> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => undefined); // the other side goes away in the middle of it
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  try {
    return await act(`127.0.0.1:${port}`);
  } finally {
    for (const socket of open) socket.destroy();
    await new Promise<void>((resolve) => void server.close(() => resolve()));
  }
}

describe("a receiver of webhooks", () => {
  it("that is not there refuses the connection", async () => {
    const host = await withSockets(
      () => undefined,
      (listening) => Promise.resolve(listening),
    ); // it is closed by now
    expect(await reasonOf(`http://${host}/`)).toBe(`${host} refused the connection: nothing listens there`);
  });

  it("that hangs up has given no answer", async () => {
    const told = await withSockets(
      (socket) => socket.once("data", () => socket.destroy()),
      async (host) => [host, await reasonOf(`http://${host}/`)],
    );
    expect(told[1]).toBe(`${told[0]} closed the connection without an answer`);
  });

  it("that says nothing is given up after its time", async () => {
    const reason = await withSockets(
      () => undefined,
      (host) => reasonOf(`http://${host}/`, 50),
    );
    expect(reason).toBe("no answer within 0.05 s");
  });

  it("that speaks something else is told from one that is broken", async () => {
    const other = await withSockets(
      (socket) => socket.write("220 mail.example.org ESMTP\r\n"),
      async (host) => [host, await reasonOf(`http://${host}/`)],
    );
    expect(other[1]).toBe(`what ${other[0]} answered is not HTTP`);
    const receiver = await startReceiver();
    try {
      const host = `127.0.0.1:${receiver.port}`;
      expect(await reasonOf(`https://${host}/hook`)).toBe(`${host} does not speak TLS as is expected there`);
    } finally {
      await receiver.close();
    }
  });

  it("whose name means nothing has no address", async () => {
    // `.invalid` is promised to be no name (RFC 6761); without any name server it cannot be looked up
    expect(await reasonOf("http://nowhere.invalid/")).toMatch(
      /^(no address is known for nowhere\.invalid|the address of nowhere\.invalid cannot be looked up for now)$/,
    );
  });

  it.each([
    ["CERT_HAS_EXPIRED", "certificate has expired", "the certificate of ci.example.org has expired"],
    [
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "self-signed certificate",
      "the certificate of ci.example.org is not trusted by this server (self-signed certificate); $NODE_EXTRA_CA_CERTS names a file of others that are",
    ],
    ["ESOCKET", "connect ECONNREFUSED 127.0.0.1:25", "ci.example.org refused the connection: nothing listens there"],
    ["EODD", "something new", "something new"],
  ])("with the fault %s is told in words", (code, message, words) => {
    expect(networkFaultText(Object.assign(new Error(message), { code }), "ci.example.org")).toBe(words);
  });
});
