import { describe, expect, it } from "vitest";
import { ENGINES, useDatabases } from "./engines.ts";
import { insert, newRequest } from "./records.ts";

describe.each(ENGINES)("the graph around a request on $name", (engine) => {
  const databases = useDatabases(engine);

  it("a request is seen among all that it waits for and that waits for it, as far as the limit goes", async () => {
    const store = await databases.open();
    const chain = await insert(
      store,
      newRequest(),
      newRequest({ depends_on: [{ index: 0 }] }),
      newRequest({ depends_on: [{ index: 1 }] }),
      newRequest({ depends_on: [{ index: 2 }, { index: 0 }] }),
      newRequest(),
    );
    const [first, second, third, fourth] = chain;
    const whole = await store.read.requestGraph(second!, 10);
    expect(whole.nodes.map(({ id }) => id)).toEqual([first, second, third, fourth]);
    expect(whole.edges).toEqual([
      { work_request_id: second, depends_on: first },
      { work_request_id: third, depends_on: second },
      { work_request_id: fourth, depends_on: first },
      { work_request_id: fourth, depends_on: third },
    ]);
    expect(whole.isCut).toBe(false);
    const near = await store.read.requestGraph(second!, 1);
    expect({ ids: near.nodes.map(({ id }) => id), isCut: near.isCut }).toEqual({
      ids: [first, second, third],
      isCut: true,
    });
    expect(await store.read.requestGraph(chain[4]!, 10)).toMatchObject({ edges: [], isCut: false });
  });
});
