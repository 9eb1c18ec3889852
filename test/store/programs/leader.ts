import { once } from "node:events";
import { openStore } from "../../../src/server/store/open.ts";

/* Becomes the leader of the database given, says so, and stays until its input ends. */

const store = await openStore(process.argv[2] ?? "", {
  onFault: (error) => {
    throw error;
  },
});
const leadership = await store.lead();
process.stdout.write(leadership === undefined ? "follows\n" : "leads\n");
process.stdin.resume();
await once(process.stdin, "end");
await store.close();
