import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";

/*
 * A database's schema as text, made from the live database: compared with the generated `schema.*.sql`, and with
 * the lists of `domain`.
 */

/** Opens nothing but the database; gives every table and index as SQLite keeps it. */
export function dumpSqlite(file: string): string {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = database
      .prepare(
        `select sql from sqlite_schema where sql is not null and name not like 'sqlite_%'
         order by tbl_name, type = 'index', name`,
      )
      .all();
    return rows.map(({ sql }) => `${String(sql)};\n`).join("\n");
  } finally {
    database.close();
  }
}

/** Gives every table with its columns and constraints, and every index, from the catalogue. */
export async function dumpPostgres(url: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      "select relname as name from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r' order by 1",
    );
    const tables: string[] = [];
    for (const { name } of rows) tables.push(await dumpTable(client, name));
    return tables.join("\n");
  } finally {
    await client.end();
  }
}

async function dumpTable(client: Client, table: string): Promise<string> {
  const lines = async (query: string) => (await client.query<{ line: string }>(query, [table])).rows;
  const columns = await lines(
    `select quote_ident(attname) || ' ' || format_type(atttypid, atttypmod)
       || case when attidentity = 'a' then ' generated always as identity' else '' end
       || coalesce(case when attgenerated = 's' then ' generated always as (' || pg_get_expr(adbin, adrelid) || ') stored'
         else ' default ' || pg_get_expr(adbin, adrelid) end, '')
       || case when attnotnull then ' not null' else '' end as line
     from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
     where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
  );
  const constraints = await lines(
    `select 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) as line
     from pg_constraint where conrelid = $1::regclass and contype <> 'n' order by conname`,
  );
  const indexes = await lines(
    `select pg_get_indexdef(indexrelid) || ';' as line from pg_index
     where indrelid = $1::regclass and not exists (select from pg_constraint where conindid = indexrelid)
     order by indexrelid::regclass::text`,
  );
  const inside = [...columns, ...constraints].map(({ line }) => `  ${line}`).join(",\n");
  return [`create table ${table} (\n${inside}\n);`, ...indexes.map(({ line }) => line), ""].join("\n");
}
