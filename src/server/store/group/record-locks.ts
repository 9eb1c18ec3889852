/** Two transactions of a group wait for each other: the group is given up, and each runs alone. */
export class GroupConflict extends Error {
  constructor() {
    super("two transactions of one group wait for each other");
  }
}

type Waiting<Member> = { member: Member; resolve: () => void; reject: (error: unknown) => void };

/**
 * Who of a group has a record to itself, by its name. Transactions of a group share one of the database, whose own locks
 * therefore do not keep them apart.
 */
export class RecordLocks<Member extends object> {
  readonly #holders = new Map<string, Member>();
  readonly #held = new Map<Member, string[]>();
  readonly #queues = new Map<string, Waiting<Member>[]>();
  readonly #wanted = new Map<Member, string>();

  /** How many members wait. */
  get waitingCount(): number {
    return this.#wanted.size;
  }

  /** Resolves when the record is the member's, until `release`. Throws `GroupConflict` where that would be never. */
  take(member: Member, name: string): Promise<void> | undefined {
    const holder = this.#holders.get(name);
    if (holder === member) return undefined;
    if (holder === undefined) {
      this.#give(name, member);
      return undefined;
    }
    if (this.#wouldWaitForEver(member, holder)) throw new GroupConflict();
    this.#wanted.set(member, name);
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(name) ?? [];
      queue.push({ member, resolve, reject });
      this.#queues.set(name, queue);
    });
  }

  /** The member has ended: what it held goes to those who wait longest. */
  release(member: Member): void {
    for (const name of this.#held.get(member) ?? []) {
      this.#holders.delete(name);
      const next = this.#queues.get(name)?.shift();
      if (next === undefined) continue;
      this.#give(name, next.member);
      this.#wanted.delete(next.member);
      next.resolve();
    }
    this.#held.delete(member);
  }

  /** The group is over: nobody waits any more. */
  fail(error: unknown): void {
    for (const queue of this.#queues.values()) for (const { reject } of queue.splice(0)) reject(error);
    this.#wanted.clear();
  }

  #give(name: string, member: Member): void {
    this.#holders.set(name, member);
    const held = this.#held.get(member);
    if (held === undefined) this.#held.set(member, [name]);
    else held.push(name);
  }

  /** Follows who waits for whom from the holder on. */
  #wouldWaitForEver(member: Member, holder: Member): boolean {
    let current: Member | undefined = holder;
    // ends: each member waits for one at most, and a circle would have been refused when it closed
    while (current !== undefined) {
      if (current === member) return true;
      const wanted = this.#wanted.get(current);
      current = wanted === undefined ? undefined : this.#holders.get(wanted);
    }
    return false;
  }
}
