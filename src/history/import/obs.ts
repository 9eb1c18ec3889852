import { XMLParser, XMLValidator } from "fast-xml-parser";
import { z } from "zod";
import { parseBytes, parseDuration } from "../../domain/units.ts";
import { figuresOf } from "./ending.ts";
import { keyReader } from "./key-source.ts";
import { problem, type Collector, type ImportOptions, type ImportProblem } from "./report.ts";

/*
 * `_statistics` of the Open Build Service: one build, which succeeded (there is no such file for others).
 *
 *   task_name     `build`
 *   subject       not in the file: `options.subject` is the package
 *   context       not in the file: `options.context` is the repository and the architecture
 *   duration      `times/main`; where that is missing `times/total` less `preinstall`, `install` and `download`
 *   memory        `memory/usage/size`
 *   disk_space    `disk/usage/size`
 *   completed_at  not in the file: `options.completed_at`
 */

const DEFAULTS = { task: { value: "build" }, subject: { value: "" }, context: { value: "" } };

/** An amount with its unit, as the parser gives `<size unit="M">12</size>`. */
const amount = z.object({ "#text": z.string(), "@unit": z.string().default("") });
const size = z.object({ usage: z.object({ size: amount }) });
const time = z.object({ time: amount });

const document = z.object({
  buildstatistics: z.object({
    disk: size.optional().catch(undefined),
    memory: size.optional().catch(undefined),
    times: z
      .object({
        total: time.optional(),
        main: time.optional(),
        preinstall: time.optional(),
        install: time.optional(),
        download: time.optional(),
      })
      .optional()
      .catch(undefined),
  }),
});

type Statistics = z.output<typeof document>["buildstatistics"];

/** Reads one `_statistics` into the collector. */
export function readObs(text: string, options: ImportOptions, into: Collector): void {
  const parsed = parseDocument(text);
  if (Array.isArray(parsed)) return into.refuse(parsed[0]?.line ?? 1, parsed);
  const missing = [
    ...(options.subject === undefined
      ? [problem(1, "subject", undefined, "the package's name: the file has none")]
      : []),
    ...(options.completed_at === undefined ? [problem(1, "completed_at", undefined, "a time: the file has none")] : []),
  ];
  const key = keyReader(options, DEFAULTS, [], 1);
  if (typeof key !== "function") missing.push(...key);
  const problems: ImportProblem[] = [];
  const outcome = { kind: "exited", code: 0 } as const;
  const figures = figuresOf(outcome, {
    duration_ms: durationMs(parsed, problems),
    memory: read(parsed.memory?.usage.size, "memory/usage/size", parseBytes, problems),
    disk_space: read(parsed.disk?.usage.size, "disk/usage/size", parseBytes, problems),
  });
  if (typeof key !== "function" || missing.length + problems.length > 0)
    return into.refuse(1, [...missing, ...problems]);
  into.add(1, {
    ...key(noCell),
    completed_at: options.completed_at ?? "",
    result: "success",
    outcome,
    ...figures,
    origin: "obs",
  });
}

/** The file has no columns. */
function noCell(): undefined {
  return undefined;
}

function parseDocument(text: string): Statistics | ImportProblem[] {
  const valid = XMLValidator.validate(text);
  if (valid !== true) return [problem(valid.err.line, undefined, valid.err.msg, "well-formed XML")];
  // entities are left as they are: the figures need none, and expanding them can be made to fill the memory
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    parseTagValue: false,
    alwaysCreateTextNode: true,
    processEntities: false,
  });
  const parsed = document.safeParse(parseXml(parser, text));
  return parsed.success
    ? parsed.data.buildstatistics
    : [problem(1, undefined, undefined, "the element buildstatistics")];
}

/** The parser throws plain errors for what the validator lets through, such as a broken DOCTYPE. */
function parseXml(parser: XMLParser, text: string): unknown {
  try {
    return parser.parse(text);
  } catch (error) {
    if (error instanceof Error) return undefined; // then the element is not found, and the file is refused
    throw error;
  }
}

/** The build itself: setting up and downloading are not the task's own time. */
function durationMs({ times }: Statistics, problems: ImportProblem[]): number | undefined {
  const seconds = (part: "total" | "main" | "preinstall" | "install" | "download"): number | undefined =>
    read(times?.[part]?.time, `times/${part}/time`, parseDuration, problems);
  const main = seconds("main");
  if (main !== undefined) return main * 1000;
  const total = seconds("total");
  if (total === undefined) return undefined;
  const setUp = (seconds("preinstall") ?? 0) + (seconds("install") ?? 0) + (seconds("download") ?? 0);
  return Math.max(0, total - setUp) * 1000;
}

function read(
  value: z.output<typeof amount> | undefined,
  path: string,
  parse: (text: string) => number | undefined,
  problems: ImportProblem[],
): number | undefined {
  if (value === undefined) return undefined;
  const text = `${value["#text"].trim()}${value["@unit"].trim()}`;
  const number = parse(text);
  if (number === undefined) problems.push(problem(1, path, text, "a number and a known unit"));
  return number;
}
