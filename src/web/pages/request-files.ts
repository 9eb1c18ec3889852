import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import type { Delivery } from "../../domain/reaction.ts";
import type { Run, RunOutput } from "../../domain/run.ts";
import { formatBytes } from "../../domain/units.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import { deliveryTable } from "../parts/delivery-table.ts";
import { commandLine, queryText, requestLink, runLink } from "../parts/links.ts";
import { numberHead, table, type Row } from "../parts/table.ts";

/** The run that left a file which another run was given, as far as it is still kept. */
export type FileSource = Pick<Run, "id" | "work_request_id" | "attempt"> & { outputs: readonly RunOutput[] };

/** The files of the run that is shown, and who was told of the request. */
export type FilesData = {
  request: WorkRequest;
  run: Run | undefined;
  now: Timestamp;
  /** Of the requests that its inputs are from. */
  sources: readonly FileSource[];
  /** Newest first. */
  deliveries: readonly Delivery[];
};

/** A page lists no more of each; the command line has all. */
const MOST_FILES = 50;
const SHA_LETTERS = 12;

/** What the run was given of others, and what it left. */
export function filesPart(frame: Frame, { run, sources }: FilesData): VNode[] {
  if (run === undefined) return [];
  const { inputs, outputs } = run;
  return [
    ...(inputs.length === 0 ? [] : inputPart(frame.root, run, sources)),
    ...(outputs.length === 0 ? [] : outputPart(frame.root, run)),
  ];
}

function inputPart(root: string, { inputs }: Run, sources: readonly FileSource[]): VNode[] {
  const rows = inputs.slice(0, MOST_FILES).map(({ path, size, sha256, from }): Row => {
    const source = sources.find(({ work_request_id }) => work_request_id === from);
    const left = source?.outputs.find((output) => output.sha256 === sha256);
    return [
      source === undefined || left === undefined
        ? path
        : e("a", { href: outputAddress(root, source.id, left.path) }, path),
      formatBytes(size),
      source === undefined ? `#${from} (expired)` : requestLink(root, from),
      source === undefined ? "–" : runLink(root, source.id),
      left === undefined ? "–" : left.path,
      e("code", {}, sha256.slice(0, SHA_LETTERS)),
    ];
  });
  return [
    e("h2", { id: "inputs" }, "Files that it was given"),
    e(
      "p",
      {},
      `${countOf(inputs)} of other requests ${inputs.length === 1 ? "was" : "were"} put into its work directory.`,
    ),
    table(
      "Files that it was given",
      [
        { name: "Put at", look: "name" },
        numberHead("Size"),
        "Left by",
        "In run",
        { name: "There called", look: "name" },
        "SHA-256",
      ],
      rows,
    ),
    ...rest(inputs),
  ];
}

function outputPart(root: string, run: Run): VNode[] {
  const { id, outputs } = run;
  const rows = outputs
    .slice(0, MOST_FILES)
    .map(({ path, size, sha256 }): Row => [
      e("a", { href: outputAddress(root, id, path) }, path),
      formatBytes(size),
      e("code", {}, sha256.slice(0, SHA_LETTERS)),
    ]);
  return [
    e("h2", { id: "outputs" }, "Files that it left"),
    e("p", {}, `${countOf(outputs)} of run ${id} ${outputs.length === 1 ? "is" : "are"} kept.`),
    table("Files that it left", [{ name: "File", look: "wide" }, numberHead("Size"), "SHA-256"], rows),
    ...rest(outputs),
    commandLine(`output ${id}`),
  ];
}

function countOf(files: readonly { size: number }[]): string {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return `${files.length === 1 ? "1 file" : `${files.length} files`} (${formatBytes(bytes)})`;
}

function rest(files: readonly unknown[]): VNode[] {
  const more = files.length - MOST_FILES;
  return more > 0 ? [e("p", { class: "quiet" }, `${more} more are not listed.`)] : [];
}

function outputAddress(root: string, run: string, path: string): string {
  return `${root}api/v1/runs/${run}/output${queryText({ path })}`;
}

/** Who was told what became of it, and what could not be told. */
export function toldPart(frame: Frame, { request, deliveries, now }: FilesData): VNode[] {
  if (deliveries.length === 0) return [];
  const address = `${frame.root}deliveries${queryText({ work_request_id: request.id })}`;
  return [
    e("h2", { id: "told" }, "Who was told"),
    deliveryTable(frame, deliveries, now),
    e("p", {}, e("a", { href: address }, "All of its deliveries")),
  ];
}
