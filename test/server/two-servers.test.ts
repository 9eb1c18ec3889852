import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { engineOf, useDatabases } from "../store/engines.ts";
import { ended, startHarness, type Harness } from "./harness.ts";

const engine = engineOf("postgres");

describe(`two servers on one ${engine.name}`, () => {
  const databases = useDatabases(engine);
  let database: string;
  let first: Harness;
  let second: Harness;
  beforeEach(async () => {
    database = await databases.fresh();
    const settings = { heartbeatMs: 50 };
    first = await startHarness({ database, settings });
    second = await startHarness({ database, settings });
  });
  afterEach(() => Promise.all([first.close(), second.close()]));

  async function term(statement: string): Promise<number> {
    const client = new Client({ connectionString: database });
    await client.connect();
    const { rows } = await client.query<{ term: string }>(statement);
    await client.end();
    return Number(rows[0]!.term);
  }

  it("share requests, workers and events; one plans for both", async () => {
    const worker = await second.join("w-1");
    const [request] = await first.submit({ task_name: "build" });
    expect((await second.event(request!.id, "placed")).worker_name).toBe("w-1");
    const [assignment] = (await worker.sync()).assignments;
    await worker.sync([ended(assignment!, {})]);
    await first.event(request!.id, "completed");
    expect(await first.request(request!.id)).toMatchObject({ result: "success", run_count: 1 });
    const { counts } = await second.client.call("status", {});
    expect(counts.completed).toBe(1);
  });

  it("place nothing in the name of a lead that is over: whoever finds that out gives up, and one leads anew", async () => {
    const worker = await second.join("w-1");
    const over = await term("update leadership set term = term + 1 returning term"); // as another that leads would
    const [request] = await first.submit({ task_name: "build" });
    await second.event(request!.id, "placed");
    expect(await term("select term from leadership")).toBeGreaterThan(over);
    expect((await worker.sync()).assignments).toHaveLength(1);
  });

  it("go on when the one that plans is gone", async () => {
    const worker = await second.join("w-1");
    await first.server.close();
    const [request] = await second.submit({ task_name: "build" });
    await second.event(request!.id, "placed");
    const [assignment] = (await worker.sync()).assignments;
    await worker.sync([ended(assignment!, {})]);
    expect((await second.request(request!.id)).result).toBe("success");
    await first.restart();
  });
});
