import { chmod, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { RunInput } from "../../domain/artifact.ts";
import type { Execution, InputFile } from "../../task/execution.ts";
import { insideOf } from "./inside.ts";
import { removeTree } from "./remove-tree.ts";

/** The directories of one run. Absolute. */
export type Workspace = {
  /** Everything that the run may write, and what its disk use is measured by. */
  scratch: string;
  /** Where its files are and its command starts. */
  work: string;
  /** Its `TMPDIR`. */
  tmp: string;
};

/** Files of other requests that a run is given, and how one is copied to a place where there is nothing yet. */
export type GivenInputs = {
  files: readonly RunInput[];
  copyTo: (input: RunInput, place: string) => Promise<void>;
};

const NO_INPUTS: GivenInputs = { files: [], copyTo: () => Promise.resolve() };

/** What was made ready, or why it could not be: a sentence. */
export type Prepared = { ok: true; cwd: string } | { ok: false; reason: string };

/** The directories of a run below its scratch directory; makes nothing. */
export function workspaceIn(scratch: string): Workspace {
  return { scratch, work: `${scratch}/work`, tmp: `${scratch}/tmp` };
}

/**
 * Makes the directories fresh and writes the input files. A path that leads out, is used twice or
 * goes through a file is the task's mistake and comes back as a reason; an error of the disk is thrown.
 */
export async function prepareWorkspace(
  workspace: Workspace,
  execution: Pick<Execution & { kind: "command" }, "files" | "cwd">,
  inputs: GivenInputs = NO_INPUTS,
): Promise<Prepared> {
  await removeTree(workspace.scratch);
  await mkdir(workspace.work, { recursive: true, mode: 0o700 });
  await mkdir(workspace.tmp, { mode: 0o700 });
  for (const file of execution.files) {
    const reason = await placeFile(workspace.work, file);
    if (reason !== undefined) return { ok: false, reason };
  }
  for (const input of inputs.files) {
    const reason = await placeInput(workspace.work, input, inputs.copyTo);
    if (reason !== undefined) return { ok: false, reason };
  }
  return makeStart(workspace.work, execution.cwd);
}

/** Why a path cannot be used, by the system's error code: these are mistakes of the names, not of the disk. */
const NAME_MISTAKES: Record<string, string> = {
  EEXIST: "is there already, or goes through a file that is",
  ENOTDIR: "goes through a file",
  EISDIR: "is a directory",
  ENAMETOOLONG: "is too long",
  EINVAL: "is not a name that the file system takes",
};

async function placeFile(work: string, file: InputFile): Promise<string | undefined> {
  const place = insideOf(work, file.path);
  if (place === undefined || place === work)
    return `the file path ${JSON.stringify(file.path)} leads out of the work directory`;
  return orMistake(`the file ${JSON.stringify(file.path)}`, async () => {
    await mkdir(dirname(place), { recursive: true });
    const handle = await open(place, "wx"); // only new files: a path used twice is a mistake
    try {
      await handle.writeFile(Buffer.from(file.content, file.encoding));
    } finally {
      await handle.close();
    }
    if (file.mode !== undefined) await chmod(place, file.mode & 0o777);
  });
}

async function placeInput(work: string, input: RunInput, copyTo: GivenInputs["copyTo"]): Promise<string | undefined> {
  const place = insideOf(work, input.path);
  if (place === undefined || place === work)
    return `the input path ${JSON.stringify(input.path)} leads out of the work directory`;
  return orMistake(`the input ${JSON.stringify(input.path)} of #${input.from}`, async () => {
    await mkdir(dirname(place), { recursive: true });
    await copyTo(input, place);
    await chmod(place, input.executable === true ? 0o755 : 0o644);
  });
}

async function makeStart(work: string, path: string): Promise<Prepared> {
  const cwd = insideOf(work, path);
  if (cwd === undefined) return { ok: false, reason: `cwd ${JSON.stringify(path)} leads out of the work directory` };
  const reason = await orMistake(
    `cwd ${JSON.stringify(path)}`,
    async () => void (await mkdir(cwd, { recursive: true })),
  );
  return reason === undefined ? { ok: true, cwd } : { ok: false, reason };
}

async function orMistake(what: string, make: () => Promise<void>): Promise<string | undefined> {
  try {
    await make();
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const mistake = NAME_MISTAKES[code];
    if (mistake === undefined) throw error;
    return `${what} ${mistake}`;
  }
}
