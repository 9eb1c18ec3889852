import process from "node:process";
import { createClient } from "../../client/client.ts";
import { homePaths, readServerRecord } from "../../client/home.ts";
import { AppError } from "../../contract/errors.ts";
import { EXIT } from "../exit-code.ts";
import { CliError } from "../failure.ts";
import type { Session, SharedOptions } from "../session.ts";
import { findConfig } from "./find-config.ts";
import { keepSettings, type KeepOptions } from "./keep-options.ts";

/** The options of `almanac up` and `almanac server`. */
export type ServerStartOptions = SharedOptions &
  KeepOptions & {
    port: number;
    host: string;
    database?: string;
    artifacts?: string;
    config?: string;
    logLevel: string;
    cutOffRuns: "end" | "keep";
    webhookHosts?: string;
    smtp?: string;
    mailFrom: string;
    reactionCommands?: boolean;
    drainSuspects?: boolean;
  };

/** A server in this process, as `src/server/serve.ts` gives it. */
export type StartedServer = Awaited<ReturnType<(typeof import("../../server/serve.ts"))["startServer"]>>;

/** Starts a server in this process, or says why it cannot be. */
export async function startServerHere(session: Session, options: ServerStartOptions): Promise<StartedServer> {
  const { home } = session;
  await refuseSecond(home);
  const { startServer } = await import("../../server/serve.ts");
  const { host, port, database, artifacts, logLevel, cutOffRuns, drainSuspects = false } = options;
  const config = findConfig(options.config, session.cli.env, process.cwd());
  const webhookSecret = session.cli.env["ALMANAC_WEBHOOK_SECRET"];
  const settings = { cutOffRuns, drainSuspects, ...keepSettings(options) };
  const given = {
    ...(webhookSecret !== undefined && { webhookSecret }),
    reactions: reactionsOf(options, session.cli.env),
    ...(database !== undefined && { database }),
    ...(artifacts !== undefined && { artifacts }),
    ...(config !== undefined && { config }),
  };
  try {
    return await startServer({ home, host, port, logLevel, settings, ...given });
  } catch (error) {
    throw explainStart(error, options);
  }
}

/** What of reactions the options allow. */
function reactionsOf(
  { webhookHosts = "", smtp, mailFrom, reactionCommands = false }: ServerStartOptions,
  env: NodeJS.ProcessEnv,
): NonNullable<Parameters<(typeof import("../../server/serve.ts"))["startServer"]>[0]["reactions"]> {
  const smtpUrl = smtp ?? env["ALMANAC_SMTP_URL"] ?? "";
  return {
    webhookHosts: webhookHosts.split(",").filter((host) => host !== ""),
    commands: reactionCommands,
    ...(smtpUrl !== "" && { mail: { smtpUrl, from: mailFrom } }),
  };
}

/** Two servers of one home would each tell the commands that it is the one. */
async function refuseSecond(home: string): Promise<void> {
  const record = readServerRecord(home);
  if (record === undefined || record.pid === process.pid || !isAlive(record.pid)) return;
  const client = createClient({ url: record.url, token: record.token, attempts: 1 });
  try {
    await client.call("status", { idleTimeoutMs: 2000 });
  } catch (error) {
    if (error instanceof AppError) return; // the process is another one, or the server is on its way out
    throw error;
  }
  throw new CliError(
    EXIT.infrastructure,
    `a server of this home is running already, at ${record.url} (process ${record.pid}).`,
    {
      why: [`It is named in ${homePaths(home).serverFile}.`],
      next: "Use it, stop it, or start another one with a --home of its own.",
    },
  );
}

/** True when there is a process of this number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and another user's
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function explainStart(error: unknown, { host, port }: ServerStartOptions): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") {
    return new CliError(EXIT.infrastructure, `the port ${port} of ${host} is in use by another program.`, {
      next: "Choose another with --port; --port 0 takes any that is free.",
      cause: error,
    });
  }
  if (code === "EACCES" || code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return new CliError(EXIT.infrastructure, `it cannot listen on ${host}, port ${port}: ${code}.`, {
      next: "Choose another --host or --port.",
      cause: error,
    });
  }
  return error;
}
