import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fencedBlocks, readPage, ROOT, typedIn, type FencedBlock } from "./fenced-blocks.ts";
import { shownText } from "./expected-output.ts";
import { startServer, type StartedServer } from "./started-server.ts";

/** What happened when a command was typed. */
export type Answer = { output: string; exitCode: number };

/** A page's place: its own home, its own directory, and a terminal. */
export class TypedPage {
  readonly blocks: FencedBlock[];
  readonly #page: string;
  /** Made when it is first needed: many pages are only read. */
  #made: string | undefined;
  #server: StartedServer | undefined;

  constructor(page: string) {
    this.#page = page;
    this.blocks = fencedBlocks(readPage(page));
  }

  get #scratch(): string {
    return (this.#made ??= mkdtempSync(join(tmpdir(), "almanac-docs-")));
  }

  get #home(): string {
    return join(this.#scratch, "home");
  }

  /** Pages at the root are typed in a clone; those of the guide in a directory of their own, with the command in the path. */
  get #directory(): string {
    return this.#page.startsWith("docs/") ? join(this.#scratch, "work") : ROOT;
  }

  get #env(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(ALMANAC_|CI$|FORCE_COLOR|NODE_OPTIONS|VITEST|npm_)/.test(name),
    );
    return {
      ...Object.fromEntries(inherited),
      PATH: `${join(ROOT, "bin")}:${process.env["PATH"] ?? ""}`,
      ALMANAC_HOME: this.#home,
      LANG: "C.UTF-8",
      LC_ALL: "C.UTF-8",
      NO_COLOR: "1",
      TERM: "xterm",
      TZ: "UTC",
      // what this machine's own npm has to say is not part of the page
      npm_config_loglevel: "error",
      npm_config_progress: "false",
    };
  }

  /** Starts the page's server: by the page's own command, where it has one. */
  async open(): Promise<void> {
    mkdirSync(join(this.#scratch, "work"), { recursive: true });
    const starts = this.blocks.find(({ flags }) => flags.includes("starts"));
    const [typed] = starts === undefined ? [] : typedIn(starts);
    const command = typed === undefined ? ["bin/almanac", "up", "--name", "w-01"] : startOf(typed.command);
    command.push(...this.#writeConfig());
    this.#server = await startServer([...command, "--port", "0", "--home", this.#home], this.#env);
  }

  /** The page's configuration is there before its server; gives the option that names it. */
  #writeConfig(): string[] {
    const config = this.blocks.find(({ settings }) => settings["file"] === "almanac.config.ts");
    if (config === undefined) return [];
    const file = join(this.#directory, "almanac.config.ts");
    writeFileSync(file, config.text);
    return ["--config", file];
  }

  /** Types the page's commands in their order; the answers by the line of their block. */
  async type(): Promise<Map<number, Answer[]>> {
    const script = join(this.#scratch, "page.sh");
    writeFileSync(script, this.#script());
    const written = await inTerminal(script, this.#directory, this.#env);
    return answersIn(written);
  }

  /** What the server printed when it started. */
  get greeting(): string {
    return this.#server?.greeting ?? "";
  }

  async close(): Promise<void> {
    await this.#server?.close();
    if (this.#made !== undefined) rmSync(this.#made, { recursive: true, force: true });
  }

  #script(): string {
    const lines = ["stty -echo cols 110 2>/dev/null"];
    for (const block of this.blocks) {
      if (block.settings["file"] !== undefined) lines.push(writing(block.settings["file"], block.text));
      else if (isTyped(block)) lines.push(...typedIn(block).map(({ command }) => typing(block.line, command)));
    }
    return `${lines.join("\n")}\n`;
  }
}

/** npm hands on only what stands after `--`. */
function startOf(command: string): string[] {
  const words = command.split(" ");
  return words[0] === "npm" ? [...words, "--"] : words;
}

/** Whether a block's commands are typed by the test. */
export function isTyped(block: FencedBlock): boolean {
  return block.language === "console" && !block.flags.includes("elsewhere") && !block.flags.includes("starts");
}

const BEGIN = "\u0001begin";
const END = "\u0001end";

function typing(line: number, command: string): string {
  return `printf '${BEGIN} ${line}\\n'\n${command}\nprintf '${END} %s\\n' $?`;
}

function writing(file: string, text: string): string {
  return `mkdir -p '${dirname(file)}'\ncat >'${file}' <<'END_OF_FILE'\n${text}END_OF_FILE`;
}

/** Runs a script on a terminal of its own and gives what was written to it. */
function inTerminal(script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn("script", ["-qec", `bash ${script}`, "/dev/null"], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve(Buffer.concat(chunks).toString("utf8")));
  });
}

function answersIn(written: string): Map<number, Answer[]> {
  const answers = new Map<number, Answer[]>();
  for (const part of written.split(BEGIN).slice(1)) {
    const [head = "", ...rest] = part.split("\n");
    const [output = "", end = ""] = rest.join("\n").split(END);
    const line = Number(head.trim());
    const answer = { output: shownText(output), exitCode: Number.parseInt(end, 10) };
    answers.set(line, [...(answers.get(line) ?? []), answer]);
  }
  return answers;
}
