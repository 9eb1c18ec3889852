import { Option, type Command } from "commander";
import type { ImportedEntry } from "../../contract/history-entries.ts";
import { IMPORT_FORMATS } from "../../history/import/format.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { readImportFile, readText, type FileReport, type ReadOptions } from "../import/read-file.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withOutput, withServer } from "../shared-options.ts";

type Options = SharedOptions & ReadOptions & { strict?: boolean; dryRun?: boolean; local?: boolean };

const EXAMPLES = `Examples:
  almanac import trace.txt                                        Nextflow's trace
  sacct --parsable2 --units=… > jobs && almanac import jobs --task-from JobName
  almanac import --task build --subject hello build.time          the output of GNU time -v
  almanac import --dry-run old.csv                                what would be taken, and what not
`;

/** `almanac import`. */
export function define(command: Command, cli: Cli): void {
  command
    .description(
      "Take over history made elsewhere, so that the first estimates come on day one. A line that cannot be read\n" +
        "names itself and the rest goes in; what is there already is not taken twice.",
    )
    .addHelpText("before", EXAMPLES)
    .argument("<file...>", "files to read, compressed with gzip or not (- for standard input)")
    .addOption(new Option("--format <format>", "default: found out").choices(IMPORT_FORMATS))
    .option("--task <name>", "the task of all entries")
    .option("--task-from <column>", "the column that names it, or a template like {process}/{tag}")
    .option("--subject <subject>", "the subject of all entries")
    .option("--subject-from <column>", "the column that names it, or a template")
    .option("--context <context>", "the context of all entries")
    .option("--context-from <column>", "the column that names it, or a template")
    .option("--input-size-from <column>", "the column that holds the size of the input")
    .option("--time-zone <zone>", "of times that name none, such as Europe/Berlin (default: this machine's)")
    .option("--no-trusted", "the entries do not train shared estimates")
    .option("--strict", "all or nothing: take nothing when any line is bad")
    .option("--dry-run", "read and report, take nothing")
    .option("--local", "into the local history, also when there is a server");
  withOutput(withServer(command)).action(action(cli, importFiles));
}

async function importFiles(session: Session, options: Options, files: string[]): Promise<ExitCode> {
  const reports: FileReport[] = [];
  for (const file of files) reports.push(readImportFile(options, await readText(session.cli, file)));
  for (const report of reports) tell(session, report);
  const bad = reports.reduce((sum, report) => sum + report.bad_lines, 0);
  const entries = reports.flatMap((report) => report.entries);
  if (options.strict === true && bad > 0) {
    session.say(`nothing was imported: ${bad} bad ${bad === 1 ? "line" : "lines"}, and --strict`);
    return EXIT.failed;
  }
  const isDry = options.dryRun === true;
  const done = isDry ? { imported: 0, duplicates: 0 } : await send(session, options, entries);
  if (session.wantsJson) {
    session.json({ ...done, read: entries.length, bad_lines: bad, files: reports.map(summaryOf) });
  } else if (isDry) {
    session.print(`${counted(entries.length)} could be imported; dry run: nothing was\n`);
  } else {
    session.print(`${counted(done.imported)} imported, ${done.duplicates} already there\n`);
  }
  return EXIT.success;
}

function tell(session: Session, report: FileReport): void {
  for (const { message } of report.problems) session.say(`${report.file}: ${message}`);
  const untold = report.bad_lines - new Set(report.problems.map(({ line }) => line)).size;
  if (untold > 0) session.say(`${report.file}: and ${untold} more bad lines`);
  for (const { reason, count } of report.skipped) session.say(`${report.file}: ${count} left out: ${reason}`);
  for (const note of report.notes) session.say(`${report.file}: ${note}`);
}

function summaryOf({ file, format, entries, bad_lines, problems, skipped, notes }: FileReport): object {
  return { file, format, entries: entries.length, bad_lines, problems, skipped, notes };
}

/** One call takes at most 20 000; fewer keep it well below the server's limit for a body. */
const CHUNK = 5000;

async function send(session: Session, options: Options, entries: readonly ImportedEntry[]) {
  const isLocal = options.local === true || session.address === undefined;
  if (isLocal) session.say("into the local history of this home");
  const { importLocalEntries } = await import("../here/local-entries.ts");
  const done = { imported: 0, duplicates: 0 };
  for (let start = 0; start < entries.length; start += CHUNK) {
    const chunk = entries.slice(start, start + CHUNK);
    const answer = isLocal
      ? await importLocalEntries(session.home, chunk, (error) => session.say(String(error)))
      : await session.client.call("importHistory", { body: { entries: chunk } });
    done.imported += answer.imported;
    done.duplicates += answer.duplicates;
  }
  return done;
}

function counted(entries: number): string {
  return entries === 1 ? "1 entry" : `${entries} entries`;
}
