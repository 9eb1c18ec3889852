import { z } from "zod";
import { durationInput } from "../contract/amounts.ts";
import { insidePath } from "../contract/names.ts";
import { outputsSchema } from "../contract/artifacts.ts";
import type { Execution, InputFile } from "./execution.ts";
import { anyTask } from "./task-definition.ts";

const withoutNul = (what: string) =>
  z
    .string({ error: what })
    .max(1_000_000, { error: "at most 1000000 characters" })
    .refine((text) => !text.includes("\0"), { error: `${what} without NUL characters` });

const fileContent = z.union(
  [
    withoutNul("text"),
    z.strictObject({
      content: z.string(),
      encoding: z.enum(["utf8", "base64"]).default("utf8"),
      /** Permission bits as a number: 493 is 0755. */
      mode: z.int().min(0).max(0o777).optional(),
    }),
  ],
  { error: "the file's content as text, or { content, encoding?, mode? }" },
);

const commandFields = {
  /** Program and arguments; started without a shell. */
  command: z
    .array(withoutNul("an argument as text"), { error: "a list of texts: the program and its arguments" })
    .min(1, { error: "at least the program" })
    .refine((argv) => argv[0] !== "", { error: "a program's name first" })
    .optional(),
  /** Run by `/bin/sh -e`; a first line `#!…` chooses another interpreter. */
  script: withoutNul("the script's text").min(1, { error: "a script that is not empty" }).optional(),
  env: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/, { error: "a variable's name" }), withoutNul("the value as text"), {
      error: "an object of variable names and texts",
    })
    .default({}),
  files: z.record(insidePath("a path"), fileContent, { error: "an object of paths and contents" }).default({}),
  cwd: insidePath("a directory").default("."),
  /** Seconds until the run is ended; the same as `requirements.duration`. */
  timeout: durationInput.optional(),
  /** Files kept with the run; a success that leaves none of one is none, unless it is `optional`. */
  outputs: outputsSchema.default([]),
};

/** The data of the built-in task `command`, and of every ad-hoc task: one of `command` and `script`. */
export const commandData = z
  .strictObject(commandFields)
  .refine((data) => (data.command === undefined) !== (data.script === undefined), {
    error: "exactly one of `command` and `script`",
  });
export type CommandData = z.output<typeof commandData>;
/** The same as it may be given: with defaults left out, and amounts as text. */
export type GivenCommandData = z.input<typeof commandData>;

/** The built-in task that runs a command, under the given name. */
export function commandTask(task_name: string) {
  return anyTask<CommandData>({
    task_type: "worker",
    task_name,
    data: commandData,
    dynamicData: (data) => ({
      parameter_summary: summaryOf(data),
      ...(data.timeout !== undefined && { requirements: { duration: data.timeout } }),
    }),
    execution: commandExecution,
  });
}

/** What a worker does for the data of a command. */
export function commandExecution(data: CommandData): Execution {
  return {
    kind: "command",
    argv: data.command ?? scriptArgv(data.script!), // one of the two is there: the schema says so
    env: data.env,
    files: [...Object.entries(data.files).map(([path, file]) => inputFile(path, file)), ...scriptFiles(data.script)],
    cwd: data.cwd,
    outputs: data.outputs,
  };
}

const SCRIPT_FILE = ".almanac-script";

/** A script that names its interpreter is a file, so that the kernel reads its first line; else the shell is given the text. */
function scriptArgv(script: string): string[] {
  return script.startsWith("#!")
    ? ["/bin/sh", "-c", `exec "$ALMANAC_WORK_DIR/${SCRIPT_FILE}"`]
    : ["/bin/sh", "-ec", script];
}

function scriptFiles(script: string | undefined): InputFile[] {
  if (script?.startsWith("#!") !== true) return [];
  return [{ path: SCRIPT_FILE, content: script, encoding: "utf8", mode: 0o755 }];
}

function inputFile(path: string, file: z.output<typeof fileContent>): InputFile {
  if (typeof file === "string") return { path, content: file, encoding: "utf8" };
  return { path, content: file.content, encoding: file.encoding, ...(file.mode !== undefined && { mode: file.mode }) };
}

function summaryOf(data: CommandData): string {
  const text = data.command?.join(" ") ?? data.script!.trim(); // as above
  const firstLine = text.split("\n", 1)[0]!; // split gives at least one part
  return firstLine.length <= 120 && firstLine === text ? firstLine : `${firstLine.slice(0, 119)}…`;
}
