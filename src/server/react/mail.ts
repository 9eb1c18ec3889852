import { createTransport } from "nodemailer";
import type { Sent } from "../loop/deliveries.ts";
import type { Message } from "./message.ts";
import { networkFaultText } from "./network-fault.ts";

/** How e-mails leave. */
export type MailSettings = {
  /** `smtp://user:password@host:587`, or `smtps://…`. */
  smtpUrl: string;
  /** The sender's address. */
  from: string;
};

/** Sends e-mails, one connection each: there are few. */
export type Mailer = { send(to: string, letter: Letter): Promise<Sent>; close(): void };

/** What is written to somebody; `mostHeard`: as of a webhook. */
export type Letter = { id: string; message: Message; mostHeard: number };

const TIMEOUT_MS = 30_000;
/** SMTP's replies from 500 on say that trying again does not help (RFC 5321, 4.2.1). */
const PERMANENT = 500;

export function createMailer({ smtpUrl, from }: MailSettings): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // nothing that a message names is ever read
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(to, { id, message: { subject, text }, mostHeard }) {
      const heard = (status: number, said: string) =>
        mostHeard === 0 || status === 0
          ? {}
          : { heard: { status, text: said.slice(0, mostHeard), isCut: said.length > mostHeard } };
      try {
        const headers = { "Auto-Submitted": "auto-generated" };
        const { response } = await transport.sendMail({
          from,
          to: { name: "", address: to },
          subject,
          text,
          headers,
          messageId: `<${id}@almanac>`,
        });
        return { isOk: true, ...heard(Number.parseInt(response, 10), response) };
      } catch (error) {
        const code = error instanceof Error && "responseCode" in error ? Number(error.responseCode) : 0;
        const said = error instanceof Error && "response" in error ? String(error.response) : "";
        const reason = networkFaultText(error, `the mail server ${new URL(smtpUrl).host}`);
        return { isOk: false, reason, isFinal: code >= PERMANENT, ...heard(code, said) };
      }
    },
    close: () => transport.close(),
  };
}
