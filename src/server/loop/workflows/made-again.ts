import type { WorkRequestId } from "../../../domain/ids.ts";
import type { WorkRequest } from "../../../domain/work-request.ts";
import type { AskedWork } from "../../../task/define-workflow.ts";
import type { MemberRow, StoreReader } from "../../store/store.ts";
import { hasEnded, hasFailed } from "../transitions.ts";

/**
 * Of what a callback asks for that is there already, what must be made again because the callback was called again: what
 * failed, what is asked for otherwise than before, and what depends on either.
 */
export async function madeAgain(
  read: Pick<StoreReader, "workRequest">,
  callback: WorkRequest,
  asked: readonly AskedWork[],
  there: ReadonlyMap<string, MemberRow>,
): Promise<{ asked: AskedWork; id: WorkRequestId }[]> {
  const found = new Map<string, { asked: AskedWork; id: WorkRequestId }>();
  // in the order of asking, in which what others depend on comes first
  for (const one of asked) {
    const member = there.get(one.name);
    if (member === undefined || member.id > callback.id || !hasEnded(member)) continue;
    const isLed = one.depends_on.some((name) => found.has(name));
    if (isLed || hasFailed(member) || (await isOther(read, member.id, one)))
      found.set(one.name, { asked: one, id: member.id });
  }
  return [...found.values()];
}

async function isOther(read: Pick<StoreReader, "workRequest">, id: WorkRequestId, asked: AskedWork): Promise<boolean> {
  const request = await read.workRequest(id);
  return (
    request?.task_name !== asked.task_name ||
    JSON.stringify(request.task_data) !== JSON.stringify(asked.task_data ?? {})
  );
}
