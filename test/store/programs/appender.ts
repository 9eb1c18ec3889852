import { openLocalHistory } from "../../../src/server/store/local-history.ts";
import { importedEntry } from "../records.ts";

/* Appends entries to the local history. Arguments: the database, the subject, how many. */

const [database, subject, count] = process.argv.slice(2);
if (database === undefined || subject === undefined) throw new Error("usage: appender DATABASE SUBJECT COUNT");

// Opened each time, as by so many calls of `almanac run`.
for (let index = 0; index < Number(count); index += 1) {
  const history = openLocalHistory(database);
  history.append(importedEntry({ subject, origin: "run", duration_ms: index }));
  history.close();
}
