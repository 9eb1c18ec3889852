import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { action, type Session } from "../session.ts";
import { withServerStart } from "../up/server-options.ts";
import { startServerHere, type ServerStartOptions } from "../up/start-here.ts";
import { stopSignal } from "../up/stop-signal.ts";

/** `almanac server`. */
export function define(command: Command, cli: Cli): void {
  command.description(
    "Run a server alone, until Ctrl-C. Workers join it with a token of `almanac token new --worker`.",
  );
  withServerStart(command).action(action(cli, serve));
}

async function serve(session: Session, options: ServerStartOptions): Promise<ExitCode> {
  const stop = stopSignal();
  try {
    const server = await startServerHere(session, options);
    if (session.wantsJson) {
      session.json({ url: server.url, pid: process.pid, home: session.home });
    } else {
      session.print(`Almanac's server is running; its state is in ${session.home}.\n`);
      session.print("Let a machine work for it:  almanac token new --worker\n");
      session.print(`${server.url}\n`);
    }
    await stop.requested;
    await Promise.race([server.close(), stop.insisted]);
    return EXIT.success;
  } finally {
    stop.release();
  }
}
