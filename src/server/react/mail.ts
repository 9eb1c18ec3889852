import { createTransport } from "nodemailer";
import type { Sent } from "../loop/deliveries.ts";
import type { Message } from "./message.ts";

/** How e-mails leave. */
export type MailSettings = {
  /** `smtp://user:password@host:587`, or `smtps://…`. */
  smtpUrl: string;
  /** The sender's address. */
  from: string;
};

/** Sends e-mails, one connection each: there are few. */
export type Mailer = { send(to: string, id: string, message: Message): Promise<Sent>; close(): void };

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
    async send(to, id, { subject, text }) {
      try {
        const headers = { "Auto-Submitted": "auto-generated" };
        await transport.sendMail({
          from,
          to: { name: "", address: to },
          subject,
          text,
          headers,
          messageId: `<${id}@almanac>`,
        });
        return { isOk: true };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const code = error instanceof Error && "responseCode" in error ? Number(error.responseCode) : 0;
        return { isOk: false, reason, isFinal: code >= PERMANENT };
      }
    },
    close: () => transport.close(),
  };
}
