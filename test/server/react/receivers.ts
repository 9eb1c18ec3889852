import { createServer, type IncomingHttpHeaders } from "node:http";
import { createServer as createNetServer, type AddressInfo, type Socket } from "node:net";

/** One call of a webhook, as it came. */
export type Call = { path: string; headers: IncomingHttpHeaders; body: string };

/** A real HTTP server on loopback that takes webhooks. `answer` says with which status, `text` what it says. */
export async function startReceiver(
  answer: (call: Call) => number = () => 204,
  text: () => string = () => "not for the server's eyes",
) {
  const calls: Call[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const call = { path: request.url ?? "", headers: request.headers, body: Buffer.concat(parts).toString() };
      calls.push(call);
      const status = answer(call);
      response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end(text());
      for (const wake of waiting.splice(0)) wake();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    calls,
    port,
    url: `http://127.0.0.1:${port}/hook`,
    /** Resolves when so many calls have come. */
    async called(count: number): Promise<void> {
      // ends: when enough have come; the test's own limit ends it otherwise
      while (calls.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

/** An e-mail as it came over SMTP: the envelope, and what was written. */
export type Letter = { from: string; to: string[]; content: string };

/** A real SMTP server on loopback, as much of RFC 5321 as a sender needs. `refusal`: its answer to every receiver. */
export async function startMailServer(refusal?: string) {
  const letters: Letter[] = [];
  const open = new Set<Socket>();
  const server = createNetServer((socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    talk(socket, letters, refusal);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    letters,
    url: `smtp://127.0.0.1:${port}`,
    async close(): Promise<void> {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

function talk(socket: Socket, letters: Letter[], refusal: string | undefined): void {
  let letter: Letter = { from: "", to: [], content: "" };
  let [waiting, isInData] = ["", false];
  const answers: [RegExp, (line: string) => string][] = [
    [/^EHLO|^HELO/i, () => "250 test"],
    [
      /^MAIL FROM:<(.*?)>/i,
      (line) => ((letter = { from: line.split(/[<>]/)[1] ?? "", to: [], content: "" }), "250 ok"),
    ],
    [/^RCPT TO:<(.*?)>/i, (line) => refusal ?? (letter.to.push(line.split(/[<>]/)[1] ?? ""), "250 ok")],
    [/^DATA/i, () => ((isInData = true), "354 go on")],
    [/^QUIT/i, () => "221 bye"],
  ];
  socket.write("220 test\r\n");
  socket.setEncoding("utf8").on("data", (text: string) => {
    waiting += text;
    // ends: with what is not a whole line yet
    for (let end = waiting.indexOf("\r\n"); end !== -1; end = waiting.indexOf("\r\n")) {
      const line = waiting.slice(0, end);
      waiting = waiting.slice(end + 2);
      if (isInData && line !== ".") letter.content += `${line}\n`;
      else if (isInData) {
        isInData = false;
        letters.push(letter);
        socket.write("250 taken\r\n");
      } else socket.write(`${answers.find(([pattern]) => pattern.test(line))?.[1](line) ?? "250 ok"}\r\n`);
    }
  });
}
