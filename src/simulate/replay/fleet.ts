import type { MachineSpec } from "./machine.ts";

const GIB = 1024 ** 3;

/** So many machines of one kind. Memory and disk in GiB. */
export type FleetRow = { count: number; model: string; cpus: number; memory: number; disk?: number; slowness?: number };

/**
 * The fleet of the published figures: 128 cores and 512 GiB in seven unequal machines. The fast one takes four fifths of
 * the time of the trace, the small ones a quarter more.
 */
export const DEFAULT_FLEET: readonly FleetRow[] = [
  { count: 1, model: "large", cpus: 48, memory: 192, slowness: 0.8 },
  { count: 2, model: "middle", cpus: 24, memory: 96, slowness: 1 },
  { count: 4, model: "small", cpus: 8, memory: 32, slowness: 1.25 },
];

/** The machines of a fleet. */
export function machinesOf(rows: readonly FleetRow[]): MachineSpec[] {
  return rows.flatMap(({ count, model, cpus, memory, disk = 1000, slowness = 1 }) =>
    Array.from({ length: count }, (_, index) => ({
      name: `${model}-${index + 1}`,
      model,
      capacity: { memory: memory * GIB, disk_space: disk * GIB, cpu_count: cpus },
      tags: [],
      slowness,
    })),
  );
}

/** A fleet read from a file, or the sentence that says what is wrong with it. */
export type FleetFile = { rows: FleetRow[] } | { wrong: string };

const EXAMPLE = '[{ "count": 2, "model": "small", "cpus": 8, "memory": 32, "slowness": 1.25 }]';

/** Reads a fleet from JSON: a list of `FleetRow`; memory and disk in GiB, `slowness` 1 where it is not given. */
export function parseFleet(text: string): FleetFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { wrong: `it is not JSON (${error instanceof Error ? error.message : String(error)})` };
  }
  if (!Array.isArray(value) || value.length === 0) return { wrong: `it should be a list like ${EXAMPLE}` };
  const rows: FleetRow[] = [];
  for (const [index, row] of value.entries()) {
    if (!isFleetRow(row)) {
      return { wrong: `entry ${index + 1} is ${JSON.stringify(row)}; it should be like those of ${EXAMPLE}` };
    }
    rows.push(row);
  }
  return { rows };
}

function isFleetRow(row: unknown): row is FleetRow {
  if (typeof row !== "object" || row === null) return false;
  const fields: Record<string, unknown> = { disk: 1, slowness: 1, ...row };
  const isPositive = (name: string) => typeof fields[name] === "number" && fields[name] > 0;
  const isCount = Number.isInteger(fields["count"]) && isPositive("count");
  return isCount && typeof fields["model"] === "string" && ["cpus", "memory", "disk", "slowness"].every(isPositive);
}
