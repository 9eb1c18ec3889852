import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ArtifactFiles } from "../../src/server/files/artifact-files.ts";
import { openArtifacts } from "../../src/server/files/open-artifacts.ts";
import { startBucket, type Bucket } from "./bucket.ts";

const MIB = 1024 ** 2;
const root = mkdtempSync(join(tmpdir(), "almanac-artifacts-"));
let bucket: Bucket;
beforeAll(async () => {
  bucket = await startBucket(join(root, "s3"));
});
afterAll(async () => {
  await bucket.close();
  rmSync(root, { recursive: true, force: true });
});

const KINDS: Record<string, () => Promise<ArtifactFiles>> = {
  "a directory": () => openArtifacts(join(root, "directory"), {}, Date.now),
  "a bucket": () => openArtifacts(`${bucket.url}/prefix`, bucket.env, Date.now),
};

let id = 0;
const artifactOf = (content: Buffer) => {
  id += 1;
  return { id, size: content.length, sha256: createHash("sha256").update(content).digest("hex") };
};
/** In pieces that fit no part. */
const pieces = (content: Buffer) =>
  Readable.from(
    (function* () {
      for (let at = 0; at < content.length; at += 65_521) yield content.subarray(at, at + 65_521);
    })(),
  );
const bytes = async (files: ArtifactFiles, artifact: { id: number; size: number; sha256: string }) =>
  Buffer.concat((await (await files.read(artifact)).toArray()) as Buffer[]);

describe.each(Object.entries(KINDS))("%s of artifacts", (_, open) => {
  it.each([0, 1, 8 * MIB, 8 * MIB + 1, 20 * MIB])("keeps %d bytes as they are", async (size) => {
    const files = await open();
    const content = randomBytes(size);
    const artifact = artifactOf(content);
    await files.put(artifact, pieces(content));
    expect((await bytes(files, artifact)).equals(content)).toBe(true);
    await files.remove(artifact);
    await expect(files.read(artifact)).rejects.toMatchObject({ code: "content-missing" });
    await files.remove(artifact);
  });

  it.each([3, 9 * MIB])("keeps nothing of %d bytes that are not those that were said", async (size) => {
    const files = await open();
    const content = randomBytes(size);
    const artifact = artifactOf(content);
    for (const other of [randomBytes(size), content.subarray(1), Buffer.concat([content, content])]) {
      await expect(files.put(artifact, pieces(other))).rejects.toMatchObject({ code: "content-mismatch" });
    }
    await expect(files.read(artifact)).rejects.toMatchObject({ code: "content-missing" });
  });

  it("keeps nothing when what comes breaks off", async () => {
    const files = await open();
    const content = randomBytes(9 * MIB);
    const artifact = artifactOf(content);
    const broken = Readable.from(
      (async function* () {
        yield content.subarray(0, 8.5 * MIB);
        throw new Error("the worker is gone");
      })(),
    );
    await expect(files.put(artifact, broken)).rejects.toThrow("the worker is gone");
    await expect(files.read(artifact)).rejects.toMatchObject({ code: "content-missing" });
  });
});

describe("a directory of artifacts", () => {
  it("loses the drafts of a server that was killed, and no others", async () => {
    const files = await KINDS["a directory"]!();
    await files.put(artifactOf(Buffer.from("x")), Readable.from([Buffer.from("x")]));
    const drafts = join(root, "directory", "drafts");
    for (const name of ["old", "new"]) writeFileSync(join(drafts, name), "");
    utimesSync(join(drafts, "old"), 1, 1);
    await files.removeDrafts();
    expect(readdirSync(drafts)).toEqual(["new"]);
  });
});

describe("a bucket of artifacts", () => {
  it.each([
    ["ftp://host/bucket", "it is neither a directory nor s3:// or https://"],
    ["https://host", "it names no bucket"],
    ["https://key:secret@host/bucket", "keys belong into the environment"],
    ["https://host/bucket?x=1", "it has parameters"],
  ])("cannot be %s", async (where, reason) => {
    await expect(openArtifacts(where, bucket.env, Date.now)).rejects.toThrow(reason);
  });

  it("is tried before it is used", async () => {
    const wrong = { ...bucket.env, AWS_SECRET_ACCESS_KEY: "wrong" };
    const refused = openArtifacts(bucket.url, wrong, Date.now);
    await expect(refused).rejects.toMatchObject({ code: "unsupported-artifacts" });
    await expect(refused).rejects.toThrow("403");
    await expect(openArtifacts(bucket.url, {}, Date.now)).rejects.toThrow("AWS_ACCESS_KEY_ID");
  });

  it("is found by its name alone where the environment says whose it is", async () => {
    const { origin, pathname } = new URL(bucket.url);
    const files = await openArtifacts(`s3:/${pathname}`, { ...bucket.env, AWS_ENDPOINT_URL: origin }, Date.now);
    const artifact = artifactOf(Buffer.from("y"));
    await files.put(artifact, Readable.from([Buffer.from("y")]));
    expect((await bytes(files, artifact)).toString()).toBe("y");
  });

  it("that does not answer is told as such, so that workers try again", async () => {
    const away = await startBucket(join(root, "away"));
    const files = await openArtifacts(away.url, away.env, Date.now);
    await away.close();
    const content = Buffer.from("z");
    const put = files.put(artifactOf(content), Readable.from([content]));
    await expect(put).rejects.toMatchObject({ code: "unavailable" });
  });
});
