import type { Amounts } from "../../domain/allocation.ts";
import type { HistoryKey } from "../../domain/task.ts";

/** One piece of work as a trace recorded it, and as it is replayed. */
export type TraceTask = {
  /** From 1, in the order of submission. */
  id: number;
  key: HistoryKey;
  /** When it was submitted, milliseconds since 1970. */
  submitMs: number;
  /** How long it ran, seconds: on a worker of speed 1 with all the cores that it can use. */
  seconds: number;
  /** The most memory that it used, bytes. */
  memory: number;
  /** How many cores it had in use on average. */
  cpus: number;
  /** Bytes. */
  input_size?: number;
  /** What its user asked for. Bytes, cores, seconds. */
  asked: Amounts;
};

/** A trace that could be read. */
export type Trace = {
  tasks: TraceTask[];
  /** Rows that are no work that ran to its end, or lack a figure, and are left out. */
  left_out: number;
  /** What was made up because the trace does not have it. */
  notes: string[];
};
