import { resolve } from "node:path";
import { AppError } from "../../contract/errors.ts";
import type { ArtifactFiles } from "./artifact-files.ts";
import { createDirectoryArtifacts } from "./directory-artifacts.ts";
import { createS3Artifacts, tryBucket, type S3Options } from "./s3-artifacts.ts";

/**
 * Opens the store of artifacts: a directory, `s3://BUCKET[/PREFIX]`, or `https://HOST/BUCKET[/PREFIX]`. A bucket's keys and
 * region come from the environment, as other programs take them. Throws `unsupported-artifacts`.
 */
export async function openArtifacts(
  where: string,
  env: NodeJS.ProcessEnv,
  nowMs: () => number,
): Promise<ArtifactFiles> {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(where)) return createDirectoryArtifacts(resolve(where), nowMs);
  const options = s3Options(where, env);
  try {
    await tryBucket(options);
  } catch (error) {
    throw refused(where, error instanceof Error ? error.message : String(error), error);
  }
  return createS3Artifacts(options);
}

function s3Options(where: string, env: NodeJS.ProcessEnv): S3Options {
  const region = env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"] ?? "us-east-1";
  const accessKeyId = env["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = env["AWS_SECRET_ACCESS_KEY"];
  if (!accessKeyId || !secretAccessKey) {
    throw refused(where, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set");
  }
  return { endpoint: endpointOf(where, region, env), region, accessKeyId, secretAccessKey };
}

function endpointOf(where: string, region: string, env: NodeJS.ProcessEnv): string {
  const url = URL.parse(where);
  if (url === null) throw refused(where, "it is not a URL");
  // it would be shown wherever the address is
  if (url.username !== "" || url.password !== "") throw refused(url.host, "keys belong into the environment");
  if (url.search !== "" || url.hash !== "") throw refused(where, "it has parameters");
  if (url.protocol === "s3:") {
    const root = env["AWS_ENDPOINT_URL_S3"] ?? env["AWS_ENDPOINT_URL"] ?? `https://s3.${region}.amazonaws.com`;
    return withoutSlash(`${withoutSlash(root)}/${url.host}${url.pathname}`);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw refused(where, "it is neither a directory nor s3:// or https://");
  }
  if (url.pathname === "/") throw refused(where, "it names no bucket");
  return withoutSlash(url.href);
}

function withoutSlash(text: string): string {
  return text.replace(/\/+$/, "");
}

function refused(found: string, reason: string, cause?: unknown): AppError {
  return new AppError("unsupported-artifacts", { found, reason }, { cause });
}
