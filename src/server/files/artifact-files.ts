import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { AppError } from "../../contract/errors.ts";
import type { Content } from "../../domain/artifact.ts";

/** A content and the number that the database knows it by: together the name of its file. */
export type Artifact = Content & { id: number };

/** Where contents are: a directory, or a bucket. Which are there, and which of them are used, the database knows. */
export type ArtifactFiles = {
  /** Keeps a content whole, or nothing of it: throws `content-mismatch` where what comes is not what was said. */
  put(artifact: Artifact, body: Readable): Promise<void>;
  /** Throws `content-missing` when it is not there. */
  read(artifact: Artifact): Promise<Readable>;
  /** Deletes a content; it does no harm when there is none. */
  remove(artifact: Artifact): Promise<void>;
  /** Deletes what was being put when a server was killed. */
  removeDrafts(): Promise<void>;
};

/** `ab/abcdef….17`: the number makes it a file of its own, so that an old one being deleted is never a new one. */
export function artifactKey({ sha256, id }: Artifact): string {
  return `${sha256.slice(0, 2)}/${sha256}.${id}`;
}

/** Passes bytes on and, at their end, throws `content-mismatch` when they are not those that were said to come. */
export async function* checked({ sha256, size }: Content, body: Readable): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let found_size = 0;
  for await (const chunk of body) {
    const bytes = chunk as Uint8Array; // a byte stream's chunks
    hash.update(bytes);
    found_size += bytes.length;
    // more than was said: nothing of it is wanted
    if (found_size > size) break;
    yield bytes;
  }
  const found = hash.digest("hex");
  if (found !== sha256 || found_size !== size) {
    throw new AppError("content-mismatch", { found, found_size, sha256, size });
  }
}

/** That a content which the database knows is not where it should be. */
export function contentMissing({ sha256 }: Content): AppError {
  return new AppError("content-missing", { sha256 });
}
