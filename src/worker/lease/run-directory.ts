import { mkdir, readdir, readFile, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { assignmentSchema, runReportSchema, type Assignment } from "../../contract/worker-protocol.ts";
import { runOutputSchema } from "../../contract/artifacts.ts";
import { measurementSchema, runLogSchema, runtimeStatisticsSchema } from "../../contract/records.ts";
import { parseRunId, type RunId } from "../../domain/ids.ts";
import type { Measurement, RuntimeStatistics } from "../../domain/runtime-statistics.ts";
import { removeTree } from "../workspace/remove-tree.ts";
import { writeAtomically } from "./atomic-file.ts";
import type { LocalRun } from "./local-run.ts";

/** The figures of a run that goes on, as last written down. */
export type LastFigures = {
  runtime_statistics: RuntimeStatistics;
  measurement?: Measurement | undefined;
  /** What the log has lost to its cap so far, bytes. */
  log_cut_bytes: number;
};

/** A run as a restarted worker finds it. */
export type FoundRun = { assignment: Assignment; local: LocalRun; figures: LastFigures };

const endSchema = z.object({
  started_at: z.string().optional(),
  ended_at: z.string(),
  outcome: runReportSchema.options[2].shape.outcome,
  runtime_statistics: runtimeStatisticsSchema,
  measurement: measurementSchema.optional(),
});
const endingSchema = z.discriminatedUnion("why", [
  z.object({ why: z.literal("aborted"), by: z.string() }),
  z.object({ why: z.literal("worker_stopping") }),
  z.object({ why: z.literal("lease_over"), graceMs: z.number() }),
]);
const stateSchema = z.discriminatedUnion("state", [
  z.object({ state: z.literal("assigned") }),
  z.object({ state: z.literal("preparing"), ending: endingSchema.optional() }),
  z.object({ state: z.literal("running"), started_at: z.string(), ending: endingSchema.optional() }),
  z.object({
    state: z.literal("uploading"),
    end: endSchema,
    log: runLogSchema.optional(),
    outputs: z.array(runOutputSchema.and(z.object({ file: z.string() }))).optional(),
    missing: z.array(z.string()).optional(),
  }),
  z.object({
    state: z.literal("handed_in"),
    end: endSchema,
    outputs: z.array(runOutputSchema),
    log: runLogSchema,
  }),
  z.object({ state: z.literal("dropping") }),
  z.object({ state: z.literal("gone") }),
]);
const figuresSchema = z.object({
  runtime_statistics: runtimeStatisticsSchema,
  measurement: measurementSchema.optional(),
  log_cut_bytes: z.int(),
});

/**
 * One run on disk: `run.json` (what was asked for), `state.json` (how it stands), `figures.json` (last
 * figures), `log`, `scratch/` (what the run may write) and `outputs/` (files put aside for the server).
 */
export class RunDirectory {
  readonly path: string;
  readonly logFile: string;
  readonly scratch: string;
  readonly outputs: string;
  readonly #trash: string;
  readonly #isOnDisk: boolean;

  /**
   * @param runs the directory of all runs; its neighbour `trash` takes what is removed
   * @param isOnDisk false for a run that starts no process and has no files: nothing of it is written, for the
   *   server gives it again to a worker that has forgotten it, and to make it again does no harm
   */
  constructor(runs: string, id: RunId, isOnDisk = true) {
    this.#isOnDisk = isOnDisk;
    this.path = join(runs, id);
    this.logFile = join(this.path, "log");
    this.scratch = join(this.path, "scratch");
    this.outputs = join(this.path, "outputs");
    this.#trash = join(runs, "..", "trash");
  }

  /** Begins the directory. What an unfinished write left there is removed. */
  async create(assignment: Assignment): Promise<void> {
    if (!this.#isOnDisk) return;
    await removeTree(this.path);
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    await writeAtomically(join(this.path, "run.json"), JSON.stringify(assignment));
  }

  /** Writes the state down; results survive a power loss. */
  async saveState(local: LocalRun): Promise<void> {
    if (!this.#isOnDisk) return;
    const durable = local.state === "uploading" || local.state === "handed_in";
    await writeAtomically(join(this.path, "state.json"), JSON.stringify(local), { durable });
  }

  async saveFigures(figures: LastFigures): Promise<void> {
    if (!this.#isOnDisk) return;
    await writeAtomically(join(this.path, "figures.json"), JSON.stringify(figures));
  }

  /** Removes what the run itself could write. */
  async removeScratch(): Promise<void> {
    if (this.#isOnDisk) await removeTree(this.scratch);
  }

  /** Removes all of it: at once by name, then file by file. */
  async remove(): Promise<void> {
    if (!this.#isOnDisk) return;
    await mkdir(this.#trash, { recursive: true, mode: 0o700 });
    removed += 1;
    const place = join(this.#trash, `${basename(this.path)}-${process.pid}-${removed}`);
    await rename(this.path, place);
    await removeTree(place);
  }

  /** The run in this directory; undefined when it was never completely written down, so that nothing was done for it. */
  async load(): Promise<FoundRun | undefined> {
    const assignment = parseWith(assignmentSchema, await readText(join(this.path, "run.json")));
    const local = parseWith(stateSchema, await readText(join(this.path, "state.json")));
    if (assignment === undefined || local === undefined) return undefined;
    const figures = parseWith(figuresSchema, await readText(join(this.path, "figures.json")));
    return {
      assignment,
      local: local as LocalRun, // the schema's type differs only in "absent or undefined"; JSON has no undefined
      figures: figures ?? { runtime_statistics: {}, log_cut_bytes: 0 },
    };
  }
}

/** Makes names in the trash unique within this process. */
let removed = 0;

/** The ids of the runs that have a directory, in the order of their names. */
export async function runsOnDisk(runs: string): Promise<RunId[]> {
  const names = await readdir(runs);
  return names.filter((name): name is RunId => parseRunId(name) !== undefined).sort();
}

/** Empties the trash that a worker left which was killed while it removed runs. */
export async function emptyTrash(runs: string): Promise<void> {
  await removeTree(join(runs, "..", "trash"));
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function parseWith<Schema extends z.ZodType>(schema: Schema, text: string | undefined): z.output<Schema> | undefined {
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

/** After a power loss a file that was not written durably may be empty. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema then says that it is nothing
  }
}
