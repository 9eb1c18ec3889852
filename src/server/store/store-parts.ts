import type { AdviceReader, AdviceWriter } from "./advice-store.ts";
import type { ArtifactReader, ArtifactWriter } from "./artifact-store.ts";
import type { AutomationReader, AutomationWriter } from "./automation-store.ts";
import type { DeliveryReader, DeliveryWriter } from "./delivery-store.ts";
import type { EventReader, EventWriter } from "./event-store.ts";
import type { GoingRunReader } from "./going-run-store.ts";
import type { KeptHistoryReader } from "./kept-history-store.ts";
import type { LeadershipWriter } from "./leadership.ts";
import type { PastRunReader } from "./past-run-store.ts";
import type { StandingReader } from "./standing-store.ts";
import type { TaskCourseReader, TaskCourseWriter } from "./task-course-store.ts";
import type { WorkerLineReader, WorkerLineWriter } from "./worker-line-store.ts";

/** What can be read beside requests, workers, history and settings (`store.ts`), each part in a file of its own. */
export type PartReader = AdviceReader &
  ArtifactReader &
  AutomationReader &
  DeliveryReader &
  EventReader &
  GoingRunReader &
  KeptHistoryReader &
  PastRunReader &
  StandingReader &
  TaskCourseReader &
  WorkerLineReader;

/** What a transaction can do beside that. */
export type PartWriter = AdviceWriter &
  ArtifactWriter &
  AutomationWriter &
  DeliveryWriter &
  EventWriter &
  LeadershipWriter &
  TaskCourseWriter &
  WorkerLineWriter;
