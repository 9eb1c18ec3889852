import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { AppError } from "../../contract/errors.ts";

/** One step of the schema, from `migrations/NNNN-name.sql`. */
export type Migration = {
  /** 1, 2, 3, … without gaps. */
  version: number;
  /** `0001-first`. */
  name: string;
  /** False: an Almanac that does not know this step must not use the database. */
  is_compatible: boolean;
  sql: string;
  /** What tells it from another step of the same name: `migrationMark`. */
  sha256: string;
};

/** One step that a database says it has had. */
export type AppliedMigration = Pick<Migration, "version" | "name"> & {
  is_compatible: boolean | number;
  /** Absent: it was written before steps were marked. */
  sha256?: string;
};

const FOLDER = new URL("./migrations/", import.meta.url);

/** Creates the list of what was applied; the same text on both engines. */
export const CREATE_APPLIED = `create table if not exists almanac_migrations (
  version bigint not null primary key,
  name text not null,
  is_compatible boolean not null,
  applied_at timestamptz not null,
  sha256 text not null
)`;

/** Every step, first to last. Reads the folder: a few hundred microseconds. */
export function listMigrations(): Migration[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".sql"));
  return files.sort().map((file, index) => readMigration(file, index + 1));
}

function readMigration(file: string, expectedVersion: number): Migration {
  const sql = readFileSync(new URL(file, FOLDER), "utf8");
  const version = Number(file.slice(0, 4));
  const marker = /^-- (compatible|breaking: .+)\n/.exec(sql)?.[1];
  if (marker === undefined || version !== expectedVersion) {
    throw new Error(`migrations/${file}: expected number ${expectedVersion} and a first line that says its marker`);
  }
  return {
    version,
    name: file.replace(/\.sql$/, ""),
    is_compatible: marker === "compatible",
    sql,
    sha256: migrationMark(sql),
  };
}

/** Of a step's statements, without the comments: SHA-256, hex. */
export function migrationMark(sql: string): string {
  return createHash("sha256").update(withoutComments(sql)).digest("hex");
}

/**
 * The steps that a database still needs. Throws `newer-schema` when it has had a breaking step that this
 * Almanac does not know; unknown steps that are compatible are none of its business. Throws `other-schema` when a step
 * was another when it was applied: until a release, the first one is changed in place, and no column may be where it was.
 */
export function missingMigrations(known: readonly Migration[], applied: readonly AppliedMigration[]): Migration[] {
  const last = known.at(-1)?.version ?? 0;
  const unknown = applied.filter(({ version, is_compatible }) => version > last && !is_compatible);
  const newest = unknown.at(-1);
  if (newest !== undefined) {
    throw new AppError("newer-schema", { found: newest.name, expected: known.at(-1)?.name });
  }
  const other = known.find((step) => applied.some((was) => was.version === step.version && was.sha256 !== step.sha256));
  if (other !== undefined) throw new AppError("other-schema", { found: other.name });
  const done = new Set(applied.map(({ version }) => version));
  return known.filter(({ version }) => !done.has(version));
}

/** What SQLite calls the types that the migrations use. Longer words first: they contain the shorter. */
const SQLITE_WORDS: readonly (readonly [RegExp, string])[] = [
  [/\bbigint generated always as identity primary key\b/g, "integer primary key autoincrement"],
  [/\bdouble precision\b/g, "real"],
  [/\btimestamptz\b/g, "text"],
  [/\bbigint\b/g, "integer"],
  [/\bboolean\b/g, "integer"],
  [/\bjson\b/g, "text"],
  [/^\);$/gm, ") strict;"],
];

/** A migration as SQLite takes it. Comments are left out: they may use the same words. */
export function sqliteForm(sql: string): string {
  return SQLITE_WORDS.reduce((text, [word, replacement]) => text.replaceAll(word, replacement), withoutComments(sql));
}

function withoutComments(sql: string): string {
  return sql.replaceAll(/^\s*--.*\n/gm, "");
}
