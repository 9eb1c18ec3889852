import { sql, type RawBuilder } from "kysely";
import type { Pool } from "pg";
import type { Tables } from "../tables.ts";

/*
 * Many rows in one statement whose text does not depend on how many they are: each column is one parameter, an array.
 */

/** The type of every column of every table, as PostgreSQL names it. */
export type ColumnTypes = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Rows of one table, all with the same columns; what is undefined is null. */
export type Rows = { table: keyof Tables; columns: readonly string[]; values: readonly object[] };

/** Reads the types from the catalogue, so that they are those of the schema and said in one place only. */
export async function readColumnTypes(pool: Pool): Promise<ColumnTypes> {
  const { rows } = await pool.query<{ table_name: string; column_name: string; type: string }>(
    `select class.relname as table_name, attname as column_name, format_type(atttypid, atttypmod) as type
    from pg_attribute join pg_class class on class.oid = attrelid
    where relnamespace = current_schema()::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped`,
  );
  const byTable = Map.groupBy(rows, ({ table_name }) => table_name);
  return new Map(
    [...byTable].map(([table, columns]) => [
      table,
      new Map(columns.map(({ column_name, type }) => [column_name, type])),
    ]),
  );
}

/** The rows as the table `given`, for a `from`. */
export function givenRows({ table, columns, values }: Rows, types: ColumnTypes): RawBuilder<unknown> {
  const arrays = columns.map((column) => {
    const type = types.get(table)?.get(column);
    if (type === undefined) throw new TypeError(`there is no column ${table}.${column}`);
    const text = arrayText(values.map((value) => Reflect.get(value, column)));
    return sql`${text}::${sql.raw(type)}[]`;
  });
  return sql`unnest(${sql.join(arrays)}) as given (${sql.join(columns.map((column) => sql.ref(column)))})`;
}

/** A list of texts or numbers for `= any(…)`. */
export function anyOf(values: readonly (string | number)[], type: "text" | "bigint"): RawBuilder<boolean> {
  return sql<boolean>`any(${arrayText(values)}::${sql.raw(type)}[])`;
}

/** PostgreSQL's own text of an array: objects and lists are JSON, as in `columns.ts`. */
export function arrayText(values: readonly unknown[]): string {
  return `{${values.map(elementText).join(",")}}`;
}

function elementText(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return `"${text.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;
}
