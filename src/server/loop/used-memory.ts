import type { WorkRequest } from "../../domain/work-request.ts";
import type { StoreReader } from "../store/store.ts";

/** The requests, those that run with what they have used so far. */
export async function withUsedMemory<Request extends WorkRequest>(
  read: StoreReader,
  requests: readonly Request[],
): Promise<Request[]> {
  const running = requests.flatMap(({ id, status }) => (status === "running" ? [id] : []));
  const figures = await read.runFigures(running);
  const used = new Map(figures.map(({ work_request_id, used_memory }) => [work_request_id, used_memory]));
  return requests.map((request) => {
    const used_memory = used.get(request.id) ?? undefined;
    return used_memory === undefined ? request : { ...request, used_memory };
  });
}
