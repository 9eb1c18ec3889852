import type { WorkRequestId } from "../domain/ids.ts";
import type { WorkRequest } from "../domain/work-request.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitCodeOf, failureText } from "./failure.ts";
import { requestIdOf } from "./request-ids.ts";
import type { Session } from "./session.ts";

/** What a change gave: the requests as they stand now, and the line for people. */
export type Changed = { made: readonly WorkRequest[]; line: string };

/**
 * Makes the same change to each request, in order. One that fails does not keep the others from it: it is told on
 * standard error, and the first failure's exit code is the command's.
 */
export async function changeEach(
  session: Session,
  texts: readonly string[],
  change: (id: WorkRequestId) => Promise<Changed>,
): Promise<ExitCode> {
  const ids = [...new Set(texts.map(requestIdOf))]; // all are checked before the first is changed
  const changed: WorkRequest[] = [];
  let code: ExitCode = EXIT.success;
  for (const id of ids) {
    try {
      const { made, line } = await change(id);
      changed.push(...made);
      if (!session.wantsJson) session.print(`${line}\n`);
    } catch (error) {
      // Alone, it is the command's own failure; without a server, it would be the same for all the others.
      if (ids.length === 1 || exitCodeOf(error) === EXIT.infrastructure) throw error;
      session.say(failureText(error, session.options.debug === true));
      if (code === EXIT.success) code = exitCodeOf(error);
    }
  }
  if (session.wantsJson) session.json({ work_requests: changed }, changed);
  return code;
}
