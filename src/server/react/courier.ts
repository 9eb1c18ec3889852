import { assertNever } from "../../domain/assert-never.ts";
import { parseAction, type Action } from "../../contract/reactions.ts";
import type { Courier } from "../loop/deliveries.ts";
import { runCommand } from "./command.ts";
import { createMailer, type MailSettings } from "./mail.ts";
import { messageOf } from "./message.ts";
import { callWebhook } from "./webhook.ts";

/** What the server's administrator allows. */
export type ReactionSettings = {
  /** Hosts to which webhooks may go although they are not on the internet: `host`, `host:port`; `*`: any. */
  webhookHosts?: readonly string[];
  /** True: commands of tasks and layers are run on the server, as its own user. */
  commands?: boolean;
  /** How e-mails leave; absent: there are none. */
  mail?: MailSettings;
};

/** A webhook or an e-mail is tried for some three hours, a command a few times only: it may have done half of its work. */
const ATTEMPTS: Record<Action["kind"], number> = { webhook: 12, email: 12, command: 3 };

/** Of what the other side says to a test, so many bytes are read. */
const MOST_HEARD = 1024;

/** A receiver of webhooks is given so long to answer. */
const WEBHOOK_TIMEOUT_MS = 10_000;

/** Carries out actions, within what is allowed. `close` ends what it holds open. */
export function createCourier(
  settings: ReactionSettings,
  { secret, nowMs, timeoutMs = WEBHOOK_TIMEOUT_MS }: { secret: string; nowMs: () => number; timeoutMs?: number },
): Courier & { close(): void } {
  const mailer = settings.mail === undefined ? undefined : createMailer(settings.mail);
  const hosts = settings.webhookHosts ?? [];
  const refusal: Courier["refusal"] = (text, by) => {
    const action = parseAction(text);
    if (action?.kind === "email" && mailer === undefined) return "it has no mail server (--smtp)";
    if (action?.kind !== "command") return undefined;
    if (by === "request") return "requests name no commands; tasks of its configuration and layers do";
    return settings.commands === true ? undefined : "commands are not allowed (--reaction-commands)";
  };
  return {
    refusal,
    attempts: (text) => ATTEMPTS[parseAction(text)?.kind ?? "command"],
    async send({ id, action: text, payload, isTest = false }, signal) {
      const action = parseAction(text);
      // what was allowed when it was put into the outbox may not be now
      const refused = refusal(text, "administrator");
      if (action === undefined || refused !== undefined) {
        return { isOk: false, reason: refused ?? "it is no action", isFinal: true };
      }
      const told = {
        id,
        body: JSON.stringify(payload),
        message: messageOf(payload),
        mostHeard: isTest ? MOST_HEARD : 0,
      };
      switch (action.kind) {
        case "webhook":
          return callWebhook({ url: action.url, ...told }, { secret, hosts, nowMs: nowMs(), timeoutMs }, signal);
        case "email":
          return mailer!.send(action.address, told); // it would have been refused
        case "command":
          return runCommand(action.argv, told, signal);
        default:
          return assertNever(action);
      }
    },
    close: () => mailer?.close(),
  };
}
