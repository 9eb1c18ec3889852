import type { Rank } from "../rank.ts";

/*
 * Every index here is that of a row that exists, so reads from the columns are never undefined: `!`.
 */

/** What is kept of a pending request, beside its lane: some 150 bytes, however many wait. */
export type RequestRow = Rank & {
  /** Seconds that it takes at most, as predicted, on a worker of speed 1; and the limit after which it is ended. */
  p95: number;
  limit: number;
};

const FIRST_SIZE = 1024;

/** The pending requests as columns; a request is known by its row while it waits. */
export class RequestTable {
  #size = FIRST_SIZE;
  #used = 0;
  readonly #free: number[] = [];
  readonly #rows = new Map<number, number>();
  #level = new Float64Array(FIRST_SIZE);
  #path = new Float64Array(FIRST_SIZE);
  #at = new Float64Array(FIRST_SIZE);
  #id = new Float64Array(FIRST_SIZE);
  #p95 = new Float32Array(FIRST_SIZE);
  #limit = new Float32Array(FIRST_SIZE);
  #lane = new Int32Array(FIRST_SIZE);
  #position = new Int32Array(FIRST_SIZE);

  get count(): number {
    return this.#rows.size;
  }

  /** Takes a request in; its id must not be there yet. */
  add(request: RequestRow, lane: number): number {
    const row = this.#free.pop() ?? this.#append();
    this.#level[row] = request.level;
    this.#path[row] = request.path;
    this.#at[row] = request.at;
    this.#id[row] = request.id;
    this.#p95[row] = request.p95;
    this.#limit[row] = request.limit;
    this.#lane[row] = lane;
    this.#rows.set(request.id, row);
    return row;
  }

  remove(row: number): void {
    this.#rows.delete(this.#id[row]!);
    this.#free.push(row);
  }

  rowOf(id: number): number | undefined {
    return this.#rows.get(id);
  }

  ids(): Iterable<number> {
    return this.#rows.keys();
  }

  /** The request in a row, as it was given. */
  request(row: number): RequestRow {
    return {
      level: this.#level[row]!,
      path: this.#path[row]!,
      at: this.#at[row]!,
      id: this.#id[row]!,
      p95: this.#p95[row]!,
      limit: this.#limit[row]!,
    };
  }

  /** The index of its lane. */
  laneOf(row: number): number {
    return this.#lane[row]!;
  }

  /** Where it stands in the heap of its lane. */
  positionOf(row: number): number {
    return this.#position[row]!;
  }

  setPosition(row: number, position: number): void {
    this.#position[row] = position;
  }

  /** As `isRankedBefore`, of two rows. */
  isBefore(a: number, b: number): boolean {
    const level = this.#level[a]! - this.#level[b]!;
    if (level !== 0) return level > 0;
    const path = this.#path[a]! - this.#path[b]!;
    if (path !== 0) return path > 0;
    const at = this.#at[a]! - this.#at[b]!;
    return at === 0 ? this.#id[a]! < this.#id[b]! : at < 0;
  }

  #append(): number {
    if (this.#used === this.#size) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    this.#size *= 2;
    this.#level = grown(this.#level, new Float64Array(this.#size));
    this.#path = grown(this.#path, new Float64Array(this.#size));
    this.#at = grown(this.#at, new Float64Array(this.#size));
    this.#id = grown(this.#id, new Float64Array(this.#size));
    this.#p95 = grown(this.#p95, new Float32Array(this.#size));
    this.#limit = grown(this.#limit, new Float32Array(this.#size));
    this.#lane = grown(this.#lane, new Int32Array(this.#size));
    this.#position = grown(this.#position, new Int32Array(this.#size));
  }
}

function grown<Column extends { set(from: Column): void }>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
