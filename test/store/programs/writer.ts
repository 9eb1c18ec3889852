import { openStore } from "../../../src/server/store/open.ts";
import { insertIn, newRequest } from "../records.ts";

/*
 * Submits requests as fast as it can until it is killed, and prints the name of each once it is acknowledged.
 * Arguments: the database, a prefix for the names, how many transactions at once.
 */

const [database, prefix, concurrency] = process.argv.slice(2);
if (database === undefined || prefix === undefined) throw new Error("usage: writer DATABASE PREFIX CONCURRENCY");

const store = await openStore(database, {
  onFault: (error) => {
    throw error;
  },
});
process.stdout.write("ready\n");

let count = 0;

async function submitForEver(): Promise<never> {
  // ends: with the process
  for (;;) {
    count += 1;
    const name = `${prefix}-${count}`;
    await store.transaction(async (tx) => {
      const [id] = await insertIn(tx, newRequest({ name }), newRequest({ name, depends_on: [{ index: 0 }] }));
      await tx.appendEvents([{ kind: "created", work_request_id: id!, data: { name } }]); // two were inserted
    });
    process.stdout.write(`${name}\n`);
  }
}

await Promise.all(Array.from({ length: Number(concurrency ?? 1) }, submitForEver));
