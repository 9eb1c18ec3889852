import { sql } from "kysely";
import type { Timestamp } from "../../domain/clock.ts";
import { accuracyReader, accuracyWriter } from "./accuracy-days.ts";
import { artifactReader, artifactWriter } from "./artifacts.ts";
import { workRequestWriter } from "./change-work-requests.ts";
import { deliveryReader, deliveryWriter } from "./deliveries.ts";
import type { Database, Engine } from "./engine.ts";
import { acts, events, insertEvents, lastEventId, trimEvents, type NewEvent } from "./events.ts";
import { findingReader, findingWriter } from "./findings.ts";
import { historyReader, historyWriter } from "./history.ts";
import { hookReader, hookWriter } from "./hooks.ts";
import { layerReader, layerWriter } from "./layers.ts";
import { leadershipWriter } from "./leadership.ts";
import { ignoredAdviceReader, ignoredAdviceWriter } from "./ignored-advice.ts";
import { judgedReader, judgedWriter } from "./judged-runs.ts";
import { runReader, runWriter } from "./runs.ts";
import { scheduleReader, scheduleWriter } from "./schedules.ts";
import type { StoreReader, StoreTransaction } from "./store.ts";
import { taskCourseReader, taskCourseWriter } from "./task-courses.ts";
import { tokenReader, tokenWriter } from "./tokens.ts";
import { workRequestReader } from "./work-requests.ts";
import { workflowReader } from "./workflows.ts";
import { workerLineReader, workerLineWriter } from "./worker-lines.ts";
import { workerReader, workerWriter } from "./workers.ts";

/** All that can be read through a connection. */
export function readerOn(db: Database, engine: Engine): StoreReader {
  return {
    now: () => databaseTime(db, engine),
    ...workRequestReader(db, engine),
    ...workflowReader(db, engine),
    ...runReader(db, engine),
    ...workerReader(db),
    ...workerLineReader(db),
    ...historyReader(db),
    ...taskCourseReader(db),
    ...judgedReader(db),
    ...findingReader(db),
    ...deliveryReader(db),
    ...accuracyReader(db),
    ...tokenReader(db),
    ...layerReader(db),
    ...ignoredAdviceReader(db),
    ...artifactReader(db),
    ...scheduleReader(db),
    ...hookReader(db),
    events: (after, limit, workRequestId) => events(db, after, limit, workRequestId),
    lastEventId: () => lastEventId(db),
    acts: (filter, page) => acts(db, filter, page),
  };
}

/** All that a transaction can read and write. */
export function transactionOn(db: Database, engine: Engine): StoreTransaction {
  const now = () => databaseTime(db, engine);
  return {
    ...readerOn(db, engine),
    ...workRequestWriter(db, engine),
    ...runWriter(db, engine),
    ...workerWriter(db, engine),
    ...workerLineWriter(db),
    ...historyWriter(db, engine, now),
    ...taskCourseWriter(db, engine),
    ...judgedWriter(db, engine),
    ...findingWriter(db),
    ...deliveryWriter(db, engine),
    ...accuracyWriter(db, engine),
    ...tokenWriter(db, engine, now),
    ...layerWriter(db, engine),
    ...ignoredAdviceWriter(db, engine),
    ...leadershipWriter(db, engine),
    ...artifactWriter(db, engine),
    ...scheduleWriter(db, engine),
    ...hookWriter(db, engine),
    appendEvents: (newEvents: readonly NewEvent[]) => insertEvents(db, engine, newEvents),
    trimEvents: (keepNewest) => trimEvents(db, keepNewest),
  };
}

async function databaseTime(db: Database, engine: Engine): Promise<Timestamp> {
  const { rows } = await sql<{ now: Timestamp }>`select ${engine.now} as now`.execute(db);
  return rows[0]!.now; // a select without a table has one row
}
