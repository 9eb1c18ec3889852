import type { Capacity, TaskFilter } from "../../domain/worker.ts";
import { ROOM_RESOURCES, mayRun } from "../fit.ts";
import { addTo, greater, holds, noRoom } from "../room.ts";
import { RoomTree } from "./room-tree.ts";
import { roomNow, type FleetWorker, type WorkerSlot } from "./worker-slot.ts";

/** Workers with the same tags and task filter. */
type Kind = { tags: ReadonlySet<string>; tasks: TaskFilter };

/** Workers of one kind with the same capacity that take runs. */
type Model = { kind: number; capacity: Capacity; count: number };

/** All workers, by name and by free room. */
export class Fleet {
  readonly rooms = new RoomTree();
  /** What the workers that take runs have together, and the most of each that one of them has. */
  readonly total: Capacity = noRoom();
  readonly largest: Capacity = noRoom();
  readonly #slots = new Map<string, WorkerSlot>();
  readonly #byIndex: (WorkerSlot | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #kinds: Kind[] = [];
  readonly #kindIndex = new Map<string, number>();
  readonly #models = new Map<string, Model>();
  readonly #kindsFor = new Map<string, ReadonlySet<number>>();

  get count(): number {
    return this.#slots.size;
  }

  slots(): Iterable<WorkerSlot> {
    return this.#slots.values();
  }

  slot(name: string): WorkerSlot | undefined {
    return this.#slots.get(name);
  }

  /** The worker whose room stands at this index of the tree. */
  at(index: number): WorkerSlot {
    return this.#byIndex[index]!; // the tree holds the indexes of workers only
  }

  /** Takes a worker in, or what has changed of it. True when what the fleet could ever hold has changed. */
  set(worker: FleetWorker): { slot: WorkerSlot; isReshaped: boolean } {
    const kind = this.#kindOf(worker);
    const known = this.#slots.get(worker.worker_name);
    const slot = known ?? this.#newSlot(worker, kind);
    const isSame = known !== undefined && known.kind === kind && isSameShape(known.worker, worker);
    const isGone = known !== undefined && !isSame && this.#countModel(slot, -1);
    slot.worker = worker;
    slot.kind = kind;
    slot.slowness = worker.slowness ?? 1;
    const isNew = !isSame && this.#countModel(slot, 1);
    if (isGone || isNew) this.#measure();
    slot.power = powerOf(worker.capacity, this.largest);
    this.refreshRoom(slot);
    return { slot, isReshaped: isGone || isNew };
  }

  /** As `set`. The worker must have no runs. */
  remove(slot: WorkerSlot): boolean {
    this.#slots.delete(slot.worker.worker_name);
    this.#byIndex[slot.index] = undefined;
    this.#free.push(slot.index);
    this.rooms.set(slot.index, { memory: -1, disk_space: -1, cpu_count: -1 });
    const isGone = this.#countModel(slot, -1);
    if (isGone) this.#measure();
    return isGone;
  }

  refreshRoom(slot: WorkerSlot): void {
    slot.room = roomNow(slot);
    this.rooms.set(slot.index, slot.room);
  }

  /** The kinds of workers that have the tags and may run the task. */
  kindsFor(taskName: string, tags: readonly string[]): ReadonlySet<number> {
    const key = `${taskName}\n${tags.join("\n")}`;
    const known = this.#kindsFor.get(key);
    if (known !== undefined) return known;
    const able = this.#kinds.flatMap((kind, index) =>
      tags.every((tag) => kind.tags.has(tag)) && mayRun(kind.tasks, taskName) ? [index] : [],
    );
    const kinds = new Set(able);
    this.#kindsFor.set(key, kinds);
    return kinds;
  }

  /** True when a worker of one of these kinds that takes runs could hold the amounts if it were idle. */
  couldHold(kinds: ReadonlySet<number>, amounts: Capacity): boolean {
    for (const model of this.#models.values()) {
      if (kinds.has(model.kind) && holds(model.capacity, amounts)) return true;
    }
    return false;
  }

  #newSlot(worker: FleetWorker, kind: number): WorkerSlot {
    const index = this.#free.pop() ?? this.#byIndex.length;
    const slot: WorkerSlot = {
      index,
      worker,
      kind,
      slowness: 1,
      power: 0,
      room: noRoom(),
      reserved: noRoom(),
      runCount: 0,
      runs: [],
      reservation: undefined,
    };
    this.#byIndex[index] = slot;
    this.#slots.set(worker.worker_name, slot);
    return slot;
  }

  #kindOf(worker: FleetWorker): number {
    const tags = [...worker.tags].sort();
    const key = JSON.stringify([tags, worker.tasks.allow, worker.tasks.deny]);
    const known = this.#kindIndex.get(key);
    if (known !== undefined) return known;
    this.#kinds.push({ tags: new Set(tags), tasks: worker.tasks });
    this.#kindIndex.set(key, this.#kinds.length - 1);
    this.#kindsFor.clear();
    return this.#kinds.length - 1;
  }

  /** Counts a worker that takes runs in (1) or out (-1); true when a model is new or gone. */
  #countModel({ worker, kind }: WorkerSlot, by: 1 | -1): boolean {
    if (worker.state !== "online") return false;
    addTo(this.total, worker.capacity, by);
    const key = modelKey(kind, worker.capacity);
    const model = this.#models.get(key) ?? { kind, capacity: worker.capacity, count: 0 };
    model.count += by;
    if (model.count === 0) this.#models.delete(key);
    else this.#models.set(key, model);
    return model.count === 0 || (by === 1 && model.count === 1);
  }

  /** Works out again what the largest worker has, and how powerful that makes the others. */
  #measure(): void {
    let largest = noRoom();
    for (const model of this.#models.values()) largest = greater(largest, model.capacity);
    if (ROOM_RESOURCES.every((resource) => largest[resource] === this.largest[resource])) return;
    Object.assign(this.largest, largest);
    for (const slot of this.#slots.values()) slot.power = powerOf(slot.worker.capacity, largest);
  }
}

function isSameShape(a: FleetWorker, b: FleetWorker): boolean {
  return a.state === b.state && ROOM_RESOURCES.every((resource) => a.capacity[resource] === b.capacity[resource]);
}

function modelKey(kind: number, { memory, disk_space, cpu_count }: Capacity): string {
  return `${kind}/${memory}/${disk_space}/${cpu_count}`;
}

function powerOf(capacity: Capacity, largest: Capacity): number {
  let power = 0;
  for (const resource of ROOM_RESOURCES) power += capacity[resource] / Math.max(largest[resource], 1e-9);
  return power;
}
