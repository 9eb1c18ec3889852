import type { StoreReader, StoreTransaction } from "../store.ts";

type States = Parameters<StoreTransaction["putEstimateStates"]>[0];
type Learner<Member> = {
  member: Member;
  keys: readonly string[];
  resolve: (states: Map<string, unknown>) => void;
  reject: (error: unknown) => void;
};

/**
 * The estimator's states within a group: read once, taught by one member after another in memory, written once.
 * A member that asks for states has them to itself until it has put them back, or ended.
 */
export class SharedLearning<Member extends object> {
  readonly #read: StoreReader["estimateStates"];
  readonly #states = new Map<string, unknown>();
  readonly #loaded = new Set<string>();
  #changed = new Map<string, States extends ReadonlyMap<string, infer Value> ? Value : never>();
  #waiting: Learner<Member>[] = [];
  #teacher: Member | undefined;

  constructor(read: StoreReader["estimateStates"]) {
    this.#read = read;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Resolves with the states when it is the member's turn, which `next` gives. */
  ask(member: Member, keys: readonly string[]): Promise<Map<string, unknown>> {
    return new Promise((resolve, reject) => this.#waiting.push({ member, keys, resolve, reject }));
  }

  put(member: Member, states: States): void {
    for (const [key, value] of states) {
      this.#states.set(key, value.state);
      this.#loaded.add(key);
      this.#changed.set(key, value);
    }
    this.release(member);
  }

  release(member: Member): void {
    if (this.#teacher === member) this.#teacher = undefined;
  }

  /** Lets the one who has waited longest learn, if nobody does. What all who wait need is read together. */
  next(): void {
    if (this.#teacher !== undefined) return;
    const learner = this.#waiting.shift();
    if (learner === undefined) return;
    this.#teacher = learner.member;
    this.#loadFor(learner).then(
      () => learner.resolve(this.#of(learner.keys)),
      (error: unknown) => learner.reject(error),
    );
  }

  /** What is to be written, once. */
  takeChanged(): States {
    const changed = this.#changed;
    this.#changed = new Map();
    return changed;
  }

  fail(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  async #loadFor(learner: Learner<Member>): Promise<void> {
    if (learner.keys.every((key) => this.#loaded.has(key))) return;
    const wanted = [learner, ...this.#waiting].flatMap(({ keys }) => keys);
    const missing = [...new Set(wanted)].filter((key) => !this.#loaded.has(key));
    const found = await this.#read(missing);
    for (const key of missing) this.#loaded.add(key);
    for (const [key, state] of found) this.#states.set(key, state);
  }

  #of(keys: readonly string[]): Map<string, unknown> {
    return new Map(keys.flatMap((key) => (this.#states.has(key) ? [[key, this.#states.get(key)] as const] : [])));
  }
}
