import { Readable } from "node:stream";
import { stringify } from "csv-stringify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { authenticate } from "../authenticate.ts";
import type { LoopContext } from "../../loop/context.ts";
import type { Page, PageQuery } from "../../store/store.ts";
import { rootOf, SECURITY_HEADERS } from "./send-page.ts";

/** A column of a file: its name, with its unit, and its value; empty where there is none. */
export type Column<Item> = readonly [string, (item: Item) => string | number | null | undefined];

/** A list that is a page, and a file as well: CSV with plain values in base units; or JSON, which is the API's. */
export type ListFile<Item> = {
  /** The page that shows it. */
  path: string;
  /** What the file is called. */
  name: string;
  columns: readonly Column<Item>[];
  /** How to read it a page at a time; throws `invalid-request` for a query that is none. */
  read: (query: unknown) => (page: PageQuery) => Promise<Page<Item>>;
  /** Where the API has the same, from the root. */
  address: (query: unknown) => string;
};

type Send = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

const ROWS_AT_ONCE = 500;

/** Adds `PATH.csv`. Gives the path, and what answers who asks for CSV or JSON at the page itself. */
export function addListFile<Item>(
  app: FastifyInstance,
  { store }: LoopContext,
  list: ListFile<Item>,
): readonly [string, Send] {
  const csv: Send = async (request, reply) => {
    await authenticate(store, request, "read");
    return sendCsv(list, request, reply);
  };
  app.get(`${list.path}.csv`, csv);
  return [
    list.path,
    async (request, reply) =>
      accepts(request, "text/csv")
        ? csv(request, reply)
        : reply.redirect(rootOf(request.url) + list.address(request.query), 303),
  ];
}

/** Whether whoever asks for a page wants CSV or JSON, and no page. */
export function isForPrograms(request: FastifyRequest): boolean {
  return !accepts(request, "text/html") && (accepts(request, "text/csv") || accepts(request, "application/json"));
}

function accepts({ headers }: FastifyRequest, type: string): boolean {
  return (headers.accept ?? "").split(",").some((given) => given.split(";", 1)[0]?.trim().toLowerCase() === type);
}

function sendCsv<Item>(list: ListFile<Item>, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const rows = Readable.from(rowsOf(list, list.read(request.query)));
  // names are others' words: a program for tables must not take one for a formula
  const text = stringify({ header: true, columns: list.columns.map(([name]) => name), escape_formulas: true });
  rows.on("error", (error) => text.destroy(error));
  text.on("close", () => rows.destroy());
  return reply
    .headers({
      ...SECURITY_HEADERS,
      vary: `${SECURITY_HEADERS.vary}, accept`,
      "content-disposition": `attachment; filename="almanac-${list.name}.csv"`,
    })
    .type("text/csv; charset=utf-8; header=present")
    .send(rows.pipe(text));
}

/** Row after row, as fast as they are taken. */
async function* rowsOf<Item>(
  { columns }: ListFile<Item>,
  read: (page: PageQuery) => Promise<Page<Item>>,
): AsyncGenerator<(string | number | null | undefined)[]> {
  let cursor: string | undefined;
  // ends with the list: each page begins behind the one before
  do {
    const page = await read({ limit: ROWS_AT_ONCE, cursor });
    for (const item of page.items) yield columns.map(([, valueOf]) => valueOf(item));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
}
