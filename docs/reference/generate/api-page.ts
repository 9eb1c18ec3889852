import { z } from "zod";
import * as amounts from "../../../src/contract/amounts.ts";
import { runInputSchema, runOutputSchema } from "../../../src/contract/artifacts.ts";
import { whySchema } from "../../../src/contract/answers.ts";
import { historyEntrySchema, importedEntrySchema, listedEntrySchema } from "../../../src/contract/history-entries.ts";
import { errorEntrySchema, problemSchema } from "../../../src/contract/problem.ts";
import * as records from "../../../src/contract/records.ts";
import type { Route } from "../../../src/contract/route.ts";
import { routes } from "../../../src/contract/routes.ts";
import { hookCallSchema, hookSchema } from "../../../src/contract/hook-routes.ts";
import { firingSchema, scheduleSchema } from "../../../src/contract/schedule-routes.ts";
import { requestSubmission } from "../../../src/contract/submission.ts";
import { workerSchema, workerStandingSchema } from "../../../src/contract/worker-records.ts";
import * as protocol from "../../../src/contract/worker-protocol.ts";
import { docComments, type DocComments, type Marks } from "./doc-comments.ts";
import { fieldsOf, jsonSchemaOf, typeOf, type JsonSchema } from "./json-schema.ts";
import { code, table } from "./markdown.ts";

/** The records that get a section of their own, by the name of their type in `domain` or `contract`. */
type RecordSource = { schema: z.ZodType; io: "input" | "output"; source?: string };
const RECORDS: Record<string, RecordSource> = {
  RequestSubmission: { schema: requestSubmission, io: "input", source: "requestSubmission" },
  Requirements: { schema: amounts.requirementsInput, io: "input" },
  WorkRequest: { schema: records.workRequestSchema, io: "output" },
  Run: { schema: records.runSchema, io: "output" },
  OutputData: { schema: records.outputDataSchema, io: "output" },
  RuntimeStatistics: { schema: records.runtimeStatisticsSchema, io: "output" },
  Measurement: { schema: records.measurementSchema, io: "output" },
  Outcome: { schema: records.outcomeSchema, io: "output" },
  Allocation: { schema: records.allocationSchema, io: "output" },
  Estimate: { schema: records.estimateSchema, io: "output" },
  Placement: { schema: records.placementSchema, io: "output" },
  Why: { schema: whySchema, io: "output", source: "whySchema" },
  HistoryEntry: { schema: historyEntrySchema, io: "output" },
  ListedEntry: { schema: listedEntrySchema, io: "output" },
  ImportedEntry: { schema: importedEntrySchema, io: "input", source: "HistoryEntry" },
  Worker: { schema: workerSchema, io: "output" },
  WorkerStanding: { schema: workerStandingSchema, io: "output" },
  Event: { schema: records.eventSchema, io: "output" },
  Schedule: { schema: scheduleSchema, io: "output" },
  Firing: { schema: firingSchema, io: "output" },
  Hook: { schema: hookSchema, io: "output" },
  HookCall: { schema: hookCallSchema, io: "output" },
  RunInput: { schema: runInputSchema, io: "output" },
  RunOutput: { schema: runOutputSchema, io: "output" },
  RunLog: { schema: records.runLogSchema, io: "output" },
  WorkerSelf: { schema: protocol.workerSelfSchema, io: "input", source: "workerSelfSchema" },
  RunReport: { schema: protocol.runReportSchema, io: "input", source: "runReportSchema" },
  Assignment: { schema: protocol.assignmentSchema, io: "output", source: "assignmentSchema" },
  ErrorEntry: { schema: errorEntrySchema, io: "output", source: "errorEntrySchema" },
  Problem: { schema: problemSchema, io: "output", source: "problemSchema" },
};

/** Unions whose doc comment says of each word what it means. */
const UNIONS = ["TaskType", "Status", "Result", "UnblockStrategy", "RunState", "WorkerState", "EstimateLevel", "Scope"];

const INTRODUCTION = `# API

<!-- Made by docs/reference/generate.ts from the route table and its schemas; change those. -->

All calls of \`/api/v1\`, in the order of the route table. [The guide](../guide/api.md) shows how to make them: the token,
pages, errors, events. Fields with a star must be given. What is sent and is unknown here is refused.

`;

/** The page of all calls and records, from the route table and its schemas. */
export function apiPage(): string {
  for (const [id, { schema }] of Object.entries(RECORDS)) {
    if (z.globalRegistry.get(schema)?.id === undefined) z.globalRegistry.add(schema, { id });
  }
  const comments = docComments();
  const calls = Object.entries<Route>(routes).map(([name, route]) => callSection(name, route, comments));
  const sections = Object.entries(RECORDS).map(([name, record]) => recordSection(name, record, comments));
  const unions = UNIONS.map((name) => `### ${name}\n\n${comments.of(name) ?? ""}\n\n`);
  return `${INTRODUCTION}## Calls\n\n${calls.join("")}## Records\n\n${sections.join("")}## Words of records\n\n${unions.join("")}`;
}

function callSection(name: string, route: Route, comments: DocComments): string {
  const parts = [
    `### ${name}\n\n${code(`${route.method} ${route.path.replaceAll(/:(\w+)/g, "{$1}")}`)}\n\n`,
    `${route.summary}. Needs the scope ${code(route.scope)}.\n\n`,
  ];
  if (route.query !== undefined)
    parts.push(
      `In the query:\n\n${fieldTable(jsonSchemaOf(route.query, "input"), comments, ["routes", name, "query"])}`,
    );
  if (route.body !== undefined)
    parts.push(
      bodyText("It takes", route.body, "input", (schema) => fieldTable(schema, comments, ["routes", name, "body"])),
    );
  parts.push(
    bodyText(
      `It answers ${route.status === undefined ? "" : `${route.status} `}with`,
      route.response,
      "output",
      (schema) => fieldTable(schema, comments, ["routes", name, "response"]),
    ),
  );
  return parts.join("");
}

function bodyText(
  verb: string,
  body: Route["response"],
  io: "input" | "output",
  fieldsText: (schema: JsonSchema) => string,
): string {
  if (body === "bytes") return `${verb} bytes.\n\n`;
  if (body === "events") return `${verb} server-sent events, each with an [Event](#event).\n\n`;
  const schema = jsonSchemaOf(body, io);
  if (schema.$ref !== undefined) return `${verb} ${typeOf(schema)}.\n\n`;
  const fields = fieldsText(schema);
  return fields === ""
    ? `${verb} an object${schema.properties === undefined ? "" : " without fields"}.\n\n`
    : `${verb}:\n\n${fields}`;
}

function recordSection(name: string, { schema, io, source = name }: RecordSource, comments: DocComments): string {
  const reference = jsonSchemaOf(schema, io);
  const json = reference.$defs?.[name] ?? reference;
  const about = comments.of(source) ?? "";
  const variants = json.anyOf ?? json.oneOf;
  const body =
    variants === undefined
      ? fieldTable(json, comments, [source])
      : variants.map((variant) => `One form:\n\n${fieldTable(variant, comments, [source], marksOf(variant))}`).join("");
  return `### ${name}\n\n${about}\n\n${body}`;
}

/** What tells a form of a union from the others. */
function marksOf({ properties = {} }: JsonSchema): Marks {
  const constants = Object.entries(properties).filter(([, { const: value }]) => typeof value === "string");
  return Object.fromEntries(constants.map(([name, { const: value }]) => [name, String(value)]));
}

/** `source`: the type or constant that declares the fields, or the way to it. */
function fieldTable(schema: JsonSchema, comments: DocComments, source: readonly string[], marks: Marks = {}): string {
  const rows = fieldsOf(schema).map(({ path, type, isRequired, description }) => [
    code(path) + (isRequired ? " \\*" : ""),
    type,
    comments.ofField(source, path.replaceAll("[]", "").split("."), marks) ?? description,
  ]);
  return table(["field", "type", "meaning"], rows);
}
