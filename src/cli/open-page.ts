import { spawn } from "node:child_process";
import process from "node:process";
import { Option, type Command } from "commander";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { pageUrl } from "./page-address.ts";
import type { Session } from "./session.ts";
import type { Environment } from "./terminal/surface.ts";

/** What `withWeb` reads. */
export type WebOptions = { web?: boolean };

/** Adds the option that opens a page instead of printing what it shows. */
export function withWeb(command: Command): Command {
  return command.addOption(
    new Option("--web", "open its page in the browser instead ($BROWSER, or the platform's own)").conflicts([
      "json",
      "jsonFields",
      "jsonl",
      "watch",
    ]),
  );
}

/** Opens a page of the server, by its address from the first page on; where none can be opened its address is printed. */
export async function openPage(session: Session, page: string): Promise<ExitCode> {
  const url = pageUrl(session, page);
  const opener = openerOf(process.platform, session.cli.env);
  if (opener !== undefined && (await hasOpened(opener, url))) {
    session.say(`opened ${url}`);
  } else {
    session.say("no browser can be opened here; this is the page's address:");
    session.print(`${url}\n`);
  }
  return EXIT.success;
}

/** The program that opens an address, with what stands before it; undefined: there is no screen to open one on. */
export function openerOf(platform: NodeJS.Platform, env: Environment): [string, ...string[]] | undefined {
  const chosen = env["BROWSER"]?.split(":")[0]; // a list, the best first
  if (chosen !== undefined && chosen !== "") return [chosen];
  if (platform === "darwin") return ["open"];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"]; // no shell, which would read the address
  const hasScreen = [env["DISPLAY"], env["WAYLAND_DISPLAY"]].some((screen) => screen !== undefined && screen !== "");
  return hasScreen ? ["xdg-open"] : undefined;
}

/** Some browsers only end when they are closed: one that still runs then has been opened. */
const STILL_RUNNING_MS = 3000;

/** False where the program is not there, or says that it failed. It is left to itself, and outlives the command. */
function hasOpened([program, ...before]: [string, ...string[]], url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, [...before, url], { detached: true, stdio: "ignore" });
    const timer = setTimeout(() => end(true), STILL_RUNNING_MS);
    const end = (isOpen: boolean) => {
      clearTimeout(timer);
      child.unref();
      resolve(isOpen);
    };
    child.once("error", () => end(false)); // not there, or may not be executed: the address is printed
    child.once("exit", (code) => end(code === 0));
  });
}
