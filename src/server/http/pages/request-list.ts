import { z } from "zod";
import { routes } from "../../../contract/routes.ts";
import { parseOrThrow } from "../../../contract/validation.ts";
import { epochMs } from "../../../domain/clock.ts";
import type { WorkRequest } from "../../../domain/work-request.ts";
import { noteOf, REQUEST_FIELDS, USUAL_FIELDS } from "../../../web/pages/request-row.ts";
import { queryText } from "../../../web/parts/links.ts";
import type { LoopContext } from "../../loop/context.ts";
import { given } from "./given.ts";
import { moment } from "./moment.ts";
import type { Column, ListFile } from "./list-files.ts";

/** Chosen one by one in the form, and named in one word in links; those that are usual are no choice. */
const fields = z
  .preprocess((chosen) => (typeof chosen === "string" ? chosen.split(",") : chosen), z.array(z.enum(REQUEST_FIELDS)))
  .transform((chosen) => (chosen.join() === USUAL_FIELDS.join() ? undefined : chosen))
  .optional();

/** What the address of the list says. Fields that the page does not know are left alone: others may have put them there. */
export const requestsQuery = z
  .object(routes.listWorkRequests.query.shape)
  .omit({ limit: true })
  .extend({ since: moment, until: moment, fields });

/** The list of requests as a file: all that match. */
export function requestList({ store: { read } }: LoopContext): ListFile<WorkRequest> {
  return {
    path: "/r",
    name: "requests",
    columns: COLUMNS,
    read(query) {
      const { cursor: _cursor, fields: _fields, ...filter } = parse(query);
      return (page) => read.workRequests(filter, page);
    },
    address(query) {
      const { fields: _fields, ...asked } = parse(query);
      return `api/v1/work-requests${queryText(asked)}`;
    },
  };
}

function parse(query: unknown) {
  return parseOrThrow(requestsQuery, given(query), "invalid-request");
}

const COLUMNS: readonly Column<WorkRequest>[] = [
  ["id", ({ id }) => id],
  ["task_name", ({ task_name }) => task_name],
  ["subject", ({ subject }) => subject],
  ["context", ({ context }) => context],
  ["status", ({ status }) => status],
  ["result", ({ result }) => result],
  ["verdict", ({ verdict }) => verdict?.kind],
  ["confidence", ({ verdict }) => verdict?.confidence],
  ["worker", ({ worker_name }) => worker_name],
  ["created_by", ({ created_by }) => created_by],
  ["created_at", ({ created_at }) => created_at],
  ["started_at", ({ started_at }) => started_at],
  ["completed_at", ({ completed_at }) => completed_at],
  ["waited_s", ({ created_at, started_at }) => secondsTo(created_at, started_at)],
  ["duration_s", ({ output_data }) => output_data?.runtime_statistics.duration],
  ["cpu_time_s", ({ output_data }) => output_data?.runtime_statistics.cpu_time],
  ["peak_memory_bytes", ({ output_data }) => output_data?.runtime_statistics.memory],
  ["reserved_memory_bytes", ({ allocation }) => allocation?.memory.amount],
  ["peak_disk_bytes", ({ output_data }) => output_data?.runtime_statistics.disk_space],
  ["reserved_disk_bytes", ({ allocation }) => allocation?.disk_space.amount],
  ["reserved_cpus", ({ allocation }) => allocation?.cpu_count.amount],
  ["time_limit_s", ({ allocation }) => allocation?.duration.amount],
  ["priority", ({ priority_base, priority_adjustment }) => priority_base + priority_adjustment],
  ["runs", ({ run_count }) => run_count],
  ["note", noteOf],
];

function secondsTo(from: string, to: string | null): number | undefined {
  return to === null ? undefined : (epochMs(to) - epochMs(from)) / 1000;
}
