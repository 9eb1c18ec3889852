import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { Transform, type Readable, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Content } from "../../domain/artifact.ts";
import { isInsidePath } from "../../domain/inside-path.ts";
import type { Run, RunOutput } from "../../domain/run.ts";
import { EXIT } from "../exit-code.ts";
import { CliError } from "../failure.ts";
import type { Session } from "../session.ts";
import { sanitizeText } from "../terminal/sanitize.ts";

/** Writes outputs below a directory, at their own paths; a file that is there is replaced when the new one is whole. */
export async function saveOutputs(
  session: Session,
  run: Run,
  outputs: readonly RunOutput[],
  directory: string,
): Promise<void> {
  for (const output of outputs) {
    await saveOutput(session, run, output, placeOf(directory, output.path));
  }
}

/** Writes one output to a file: whole, or not at all. */
export async function saveOutput(session: Session, run: Run, output: RunOutput, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const draft = join(dirname(file), `.${basename(file)}.${process.pid}.part`);
  try {
    await pipeline(await outputBody(session, run, output), createWriteStream(draft));
    if (output.executable === true) await chmod(draft, 0o755);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** The bytes of an output; the stream fails at its end when they are not those that the run left. */
export async function outputBody(session: Session, run: Run, output: RunOutput): Promise<Readable> {
  const { path } = output;
  const { body } = await session.client.download("getRunOutput", { params: { run_id: run.id }, query: { path } });
  const checked = checking(output, `${run.id} ${sanitizeText(path)}`);
  body.on("error", (error) => checked.destroy(error));
  return body.pipe(checked);
}

/** What a worker told of its files is not believed: none is written outside. */
function placeOf(directory: string, path: string): string {
  const root = resolve(directory);
  const place = resolve(root, path);
  if (isInsidePath(path) && place.startsWith(root === sep ? sep : root + sep)) return place;
  throw new CliError(EXIT.failed, `the output ${sanitizeText(path)} would be written outside ${directory}.`);
}

function checking({ sha256, size }: Content, name: string): Transform {
  const hash = createHash("sha256");
  let found = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      hash.update(chunk);
      found += chunk.length;
      done(null, chunk);
    },
    flush(done: TransformCallback) {
      const isRight = found === size && hash.digest("hex") === sha256;
      const what = `the output ${name} arrived damaged: ${found} of ${size} bytes.`;
      done(isRight ? null : new CliError(EXIT.infrastructure, what, { next: "Try again." }));
    },
  });
}
