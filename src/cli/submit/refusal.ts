import { AppError } from "../../contract/errors.ts";
import { EXIT } from "../exit-code.ts";
import { CliError } from "../failure.ts";
import { parsePath } from "../../documents/place.ts";
import type { SubmissionFile } from "./submission-file.ts";

/** A refusal told with the places in the file that it is about; any other failure as it is. */
export async function withPlaces(error: unknown, file: SubmissionFile): Promise<unknown> {
  if (!(error instanceof AppError) || error.code !== "invalid-submission") return error;
  const entries = entriesOf(error);
  if (entries.length === 0) return error;
  const why: string[] = [];
  for (const { path, message } of entries) {
    const place = path === undefined ? undefined : await file.placeOf(parsePath(path));
    why.push(`${file.name}${place === undefined ? "" : `:${place.line}:${place.column}`}: ${message}`);
  }
  const requestId = error.details["request_id"];
  return new CliError(EXIT.usage, `The submission in ${file.name} was refused:`, {
    why: [...why, ...(typeof requestId === "string" ? [`request ${requestId}`] : [])],
    next: "Nothing was submitted; mend the file and submit it again.",
    cause: error,
  });
}

type Entry = { path: string | undefined; message: string };

function entriesOf(error: AppError): Entry[] {
  const errors = error.details["errors"];
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((entry: unknown): Entry[] => {
    if (typeof entry !== "object" || entry === null || !("message" in entry)) return [];
    const path = "path" in entry && typeof entry.path === "string" ? entry.path : undefined;
    return [{ path, message: String(entry.message) }];
  });
}
