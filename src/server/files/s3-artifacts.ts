import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { S3mini } from "s3mini";
import { AppError } from "../../contract/errors.ts";
import { artifactKey, checked, contentMissing, type ArtifactFiles } from "./artifact-files.ts";

/** Where a bucket is, and how it is entered. */
export type S3Options = {
  /** `https://HOST/BUCKET`, and below it a prefix if there is one. */
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
};

/** A content up to this size is sent in one call, a larger one in parts of this size at least; what is held in memory. */
const PART_BYTES = 8 * 1024 ** 2;
/** The protocol has at most 10,000 parts. */
const MOST_PARTS = 9_000;
/** A call may take so long: one part over a slow line. */
const CALL_MS = 10 * 60_000;
/** One without content. */
const QUICK_MS = 30_000;
const TYPE = "application/octet-stream";

/** Keeps contents in a bucket of any store that speaks the S3 protocol. An unfinished upload leaves nothing that is listed. */
export function createS3Artifacts(options: S3Options): ArtifactFiles {
  const s3 = new S3mini({ ...options, requestAbortTimeout: CALL_MS });
  const quick = new S3mini({ ...options, requestAbortTimeout: QUICK_MS });
  // answers of contents take as long as their readers do
  const reading = new S3mini(options);
  return {
    put: (artifact, body) => {
      const parts = inParts(checked(artifact, body), Math.max(PART_BYTES, Math.ceil(artifact.size / MOST_PARTS)));
      return told(() => putParts(s3, artifactKey(artifact), artifact.size, parts));
    },
    async read(artifact) {
      const answer = await told(() => reading.getObjectResponse(artifactKey(artifact)));
      if (answer?.body == null) throw contentMissing(artifact);
      return Readable.fromWeb(answer.body as ReadableStream); // the same stream by the name of Node's types
    },
    async remove(artifact) {
      await told(() => quick.deleteObject(artifactKey(artifact)));
    },
    removeDrafts: () => Promise.resolve(),
  };
}

/** Writes and deletes a small object, so that a server does not start on a bucket that it cannot use. */
export async function tryBucket(options: S3Options): Promise<void> {
  const s3 = new S3mini({ ...options, requestAbortTimeout: QUICK_MS });
  const key = `probe-${process.pid}`;
  await s3.putObject(key, Buffer.from("almanac"), TYPE);
  await s3.deleteObject(key);
}

/**
 * One part after the other: the client's own upload of streams sends several at once, and when the stream breaks off, a
 * part that fails later is an error that nobody handles (s3mini 1.0.2).
 */
async function putParts(s3: S3mini, key: string, size: number, parts: AsyncGenerator<Buffer>): Promise<void> {
  if (size <= PART_BYTES) {
    // the generator ends with an error when this is not the content
    const [only = Buffer.alloc(0)] = await Array.fromAsync(parts);
    await s3.putObject(key, only, TYPE);
    return;
  }
  const uploadId = await s3.getMultipartUploadId(key, TYPE);
  try {
    const sent = [];
    for await (const part of parts) sent.push(await s3.uploadPart(key, uploadId, part, sent.length + 1));
    await s3.completeMultipartUpload(key, uploadId, sent);
  } catch (error) {
    await s3.abortMultipartUpload(key, uploadId).catch(() => undefined); // the first error is told
    throw error;
  }
}

/** Gathers bytes into parts of one size; the last may be smaller. */
async function* inParts(bytes: AsyncIterable<Uint8Array>, partBytes: number): AsyncGenerator<Buffer> {
  let chunks: Uint8Array[] = [];
  let gathered = 0;
  for await (const chunk of bytes) {
    let rest = chunk;
    while (gathered + rest.length >= partBytes) {
      const taken = rest.subarray(0, partBytes - gathered);
      yield Buffer.concat([...chunks, taken]);
      rest = rest.subarray(taken.length);
      [chunks, gathered] = [[], 0];
    }
    chunks.push(rest);
    gathered += rest.length;
  }
  if (gathered > 0) yield Buffer.concat(chunks);
}

/** A store that does not answer, or refuses, is told as such: whoever sends tries again. */
async function told<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError("unavailable", { reason: `the store of artifacts: ${reason}` }, { cause: error });
  }
}
