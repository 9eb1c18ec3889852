import { afterEach, describe, expect, it } from "vitest";
import { ENGINES, useDatabases } from "../store/engines.ts";
import { ended, GIB, startHarness, type Harness, type PlayedWorker } from "./harness.ts";

/* What people should ask for instead, and what they decide about that. */

const KEY = { task_name: "build", resource: "memory" } as const;

describe.each(ENGINES)("advice, with its history in $name,", (engine) => {
  const databases = useDatabases(engine);
  let harness: Harness | undefined;
  afterEach(() => harness?.close());

  async function start(): Promise<{ harness: Harness; run: (memory: number, count: number) => Promise<void> }> {
    const started = await startHarness({ database: await databases.fresh() });
    harness = started;
    const worker = await started.join("w-1");
    const run = async (memory: number, count: number) => {
      for (let index = 0; index < count; index += 1) await hour(started, worker, memory);
    };
    await run(GIB, 6);
    return { harness: started, run };
  }

  /** A run of an hour, for which eight gibibytes were asked. */
  async function hour(at: Harness, worker: PlayedWorker, memory: number): Promise<void> {
    const [request] = await at.submit({ task_name: "build", subject: "gcc", requirements: { memory: 8 * GIB } });
    await at.event(request!.id, "placed"); // one was submitted
    const [assignment] = (await worker.sync()).assignments;
    await worker.sync([ended(assignment!, { runtime_statistics: { duration: 3600, memory } })]);
  }

  const advised = ({ client }: Harness, task_name?: string) =>
    client.call("advice", { query: task_name === undefined ? {} : { task_name } });

  it("is given for one task, and without a name for those that waste most", async () => {
    const at = await start();
    const { advice } = await advised(at.harness, "build");
    expect(advice).toMatchObject([{ task_name: "build", resource: "memory", asked: 8 * GIB, runs: 6 }]);
    expect(advice[0]!.at_once!.with_enough).toBeGreaterThan(advice[0]!.at_once!.as_asked); // one was given
    expect((await advised(at.harness)).advice).toMatchObject([{ task_name: "build" }]);
    expect((await advised(at.harness, "none")).advice).toEqual([]);
  });

  it("is ignored until what would be enough is another, or until that is taken back", async () => {
    const at = await start();
    const { client } = at.harness;
    const { ignored } = await client.call("ignoreAdvice", { body: KEY });
    expect(ignored).toMatchObject({ ...KEY, subject: "", context: "", asked: 8 * GIB, ignored_by: "local" });
    expect(await advised(at.harness, "build")).toEqual({ advice: [], ignored: [ignored] });
    expect((await advised(at.harness, "none")).ignored).toEqual([]);
    await expect(client.call("ignoreAdvice", { body: KEY })).rejects.toThrow(/advice/);
    await at.run(4 * GIB, 6);
    expect(await advised(at.harness, "build")).toMatchObject({ advice: [KEY], ignored: [{ id: ignored.id }] });
    const again = (await client.call("ignoreAdvice", { body: KEY })).ignored;
    expect(again.enough).toBeGreaterThan(ignored.enough * 1.25);
    expect((await advised(at.harness)).advice).toEqual([]);
    await client.call("takeBackAdvice", { params: { id: again.id } });
    expect(await advised(at.harness, "build")).toMatchObject({ advice: [KEY], ignored: [] });
    await expect(client.call("takeBackAdvice", { params: { id: again.id } })).rejects.toThrow(/ignored advice/);
  });

  it("is not given where a value that people set decides, whatever is asked for", async () => {
    const at = await start();
    const { layer } = await at.harness.client.call("putLayer", { body: { field: "memory", value: "3G" } });
    expect((await advised(at.harness, "build")).advice).toHaveLength(1);
    const decided = { field: "memory", value: "3G", mode: "override", task_name: "build" } as const;
    await at.harness.client.call("putLayer", { body: decided });
    expect((await advised(at.harness, "build")).advice).toEqual([]);
    expect(layer.mode).toBe("default");
  });

  it("is pinned, ignored and taken back from the page, by whoever may", async () => {
    const at = await start();
    const person = await signIn(at.harness);
    const page = async () =>
      (await (await person.get("/waste")).text()).replaceAll(/<[^>]*>/g, "").replaceAll("&amp;", "&");
    expect(await page()).toContain(`almanac config set memory=${8 * GIB} --task build --override`);
    expect(await page()).toContain("almanac advise build --ignore memory");
    const { secret } = await at.harness.client.call("createToken", { body: { name: "eve", scope: "read" } });
    const reader = await signIn(at.harness, secret);
    expect(await (await reader.get("/waste")).text()).not.toContain("waste/ignore");
    expect((await reader.send("/waste/ignore", KEY)).status).toBe(403);
    const ignored = await person.send("/waste/ignore", { ...KEY, task_type: "worker", subject: "", context: "" });
    expect([ignored.status, ignored.headers.get("location")]).toEqual([303, "../waste#advice"]);
    expect(await page()).toContain("almanac advise --take-back 1");
    expect((await person.send("/waste/ignored/1/take-back")).headers.get("location")).toBe("../../../waste#advice");
    expect((await person.send("/waste/pin", KEY)).status).toBe(303);
    const { layers } = await at.harness.client.call("listLayers");
    const pinned = { field: "memory", value: 8 * GIB, mode: "override", task_name: "build", subject: null };
    expect(layers).toMatchObject([{ ...pinned, note: "pinned: given as it was asked for, against advice" }]);
    expect((await advised(at.harness, "build")).advice).toEqual([]);
    expect(await (await person.get("/settings")).text()).toContain("ignored the advice on memory for task build");
  });

  /** A session: pages that it reads, and forms that it sends. */
  async function signIn({ server }: Harness, token = server.adminToken) {
    const post = (path: string, fields: Record<string, string>, cookie = "") =>
      fetch(`${server.url}${path}`, {
        method: "POST",
        redirect: "manual",
        headers: { "content-type": "application/x-www-form-urlencoded", cookie },
        body: new URLSearchParams(fields),
      });
    const cookie = ((await post("/sign-in", { token })).headers.get("set-cookie") ?? "").split(";", 1)[0] ?? "";
    const get = (path: string) => fetch(`${server.url}${path}`, { headers: { cookie } });
    const form_token = /name="form_token" value="([^"]+)"/.exec(await (await get("/")).text())?.[1] ?? "";
    return { get, send: (path: string, fields = {}) => post(path, { form_token, ...fields }, cookie) };
  }
});
