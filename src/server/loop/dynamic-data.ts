import { setTimeout as delay } from "node:timers/promises";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import type { TaskAnswer } from "../../task/faults.ts";
import type { TaskRegistry } from "../../task/registry.ts";
import type { DynamicData } from "../../task/task-definition.ts";

/** What code of users says of requests, asked without holding up the planning of others. */
export type Desk<Answer> = {
  /** How many requests are being asked about. */
  readonly size: number;
  /**
   * What is said of a request. `undefined`: its code is still thinking; asked again after `onAnswer`, it will have
   * said it. Each answer is given once.
   */
  take(request: WorkRequest): Promise<Answer | undefined>;
  /** Is called when an answer has come after its request was told to wait. */
  onAnswer(listener: () => void): void;
};

/** What tasks say of requests that become pending. */
export type DynamicDataDesk = Desk<TaskAnswer<DynamicData>>;

/** How long planning waits for an answer before it goes on without, milliseconds. */
const PATIENCE_MS = 20;
/** An answer that nobody took by then is forgotten, milliseconds: the request was ended. */
const KEEP_MS = 60_000;

/** A desk that asks the given tasks for their dynamic data. */
export function createDynamicDataDesk(tasks: TaskRegistry): DynamicDataDesk {
  return createDesk((request) => tasks.dynamicData(request));
}

/** A desk that asks so; what is asked must never reject. */
export function createDesk<Answer>(question: (request: WorkRequest) => Promise<Answer>): Desk<Answer> {
  type Asked = { answer: Promise<Answer>; given?: Answer };
  const open = new Map<WorkRequestId, Asked>();
  const listeners: (() => void)[] = [];

  function ask(request: WorkRequest): Asked {
    const asked: Asked = { answer: question(request) };
    open.set(request.id, asked);
    void keep(request.id, asked);
    return asked;
  }

  /** Never rejects: what tasks throw is an answer. */
  async function keep(id: WorkRequestId, asked: Asked): Promise<void> {
    asked.given = await asked.answer;
    setTimeout(() => {
      if (open.get(id) === asked) open.delete(id);
    }, KEEP_MS).unref();
  }

  async function tellWhenGiven(asked: Asked): Promise<void> {
    await asked.answer;
    for (const listener of listeners) listener();
  }

  return {
    get size() {
      return open.size;
    },
    onAnswer: (listener) => listeners.push(listener),
    async take(request) {
      const earlier = open.get(request.id);
      const asked = earlier ?? ask(request);
      const given = asked.given ?? (await Promise.race([asked.answer, delay(PATIENCE_MS, undefined)]));
      if (given !== undefined) open.delete(request.id);
      else if (earlier === undefined) void tellWhenGiven(asked);
      return given;
    },
  };
}
