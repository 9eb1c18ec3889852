import { errorEntry } from "../../contract/errors.ts";
import type { Input, RunInput } from "../../domain/artifact.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { WorkRequestError } from "../../domain/output-data.ts";
import type { RunOutput } from "../../domain/run.ts";
import { matchesWildcard } from "../../domain/wildcard.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import type { StoreReader } from "../store/store.ts";

/** The files that a run is given, or why it cannot be. */
export type ResolvedInputs = { ok: true; files: RunInput[] } | { ok: false; errors: WorkRequestError[] };

/** As many as one run may be given. */
const MAX_FILES = 10_000;

/** Finds the files that a request asks for among those that the requests which it names have left in the end. */
export async function resolveInputs(
  read: StoreReader,
  { inputs, supersedes }: Pick<WorkRequest, "inputs" | "supersedes">,
): Promise<ResolvedInputs> {
  if (inputs.length === 0) return { ok: true, files: [] };
  const outputs = await read.newestOutputs([...new Set(inputs.map(({ from }) => from))]);
  const given = supersedes === null ? [] : ((await read.runsOf(supersedes)).at(-1)?.inputs ?? []);
  const found = inputs.map((input) => filesOf(input, outputs.get(input.from), given));
  const errors = found.flatMap((one) => (Array.isArray(one) ? [] : [one]));
  if (errors.length > 0) return { ok: false, errors };
  const files = found.flatMap((one) => (Array.isArray(one) ? one : []));
  if (files.length <= MAX_FILES) return { ok: true, files: withoutRepeated(files) };
  const reason = `these are ${files.length} files, and a run is given at most ${MAX_FILES}`;
  return { ok: false, errors: [missing(inputs[0]!, reason)] }; // there is one: the list was not empty
}

/** How many bytes files have in all. */
export function bytesOf(files: readonly RunInput[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

/** `outputs` is absent when the request has expired; then what the request made again was given counts. */
function filesOf(
  input: Input,
  outputs: readonly RunOutput[] | undefined,
  given: readonly RunInput[],
): RunInput[] | WorkRequestError {
  const { from, match, into, optional } = input;
  const again = given.filter((file) => file.from === from);
  if (outputs === undefined && again.length > 0) return again;
  const files = (outputs ?? [])
    .filter(({ path }) => match.some((pattern) => matchesWildcard(pattern, path)))
    .map((file) => ({ ...file, from, path: placeOf(into, file.path) }));
  if (files.length > 0 || optional) return files;
  if (outputs === undefined) return missing(input, "it has expired");
  return missing(input, outputs.length === 0 ? "it left no files at all" : `it left ${someOf(outputs)}`);
}

function missing({ from, match }: { from: WorkRequestId; match: string[] }, reason: string): WorkRequestError {
  return errorEntry("input-missing", { from, match: match.join(", "), reason });
}

/** `a, b, c and 4 more`. */
function someOf(outputs: readonly RunOutput[]): string {
  const shown = outputs.slice(0, 5).map(({ path }) => path);
  const more = outputs.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

function placeOf(into: string, path: string): string {
  const parts = [...into.split("/"), ...path.split("/")];
  return parts.filter((part) => part !== "" && part !== ".").join("/");
}

/** Two inputs may name the same file. */
function withoutRepeated(files: readonly RunInput[]): RunInput[] {
  return [...new Map(files.map((file) => [`${file.sha256} ${file.path}`, file])).values()];
}
