import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { workerDirectory } from "../../../src/client/home.ts";
import type { WorkRequestId } from "../../../src/domain/ids.ts";
import { eventually, Farm } from "./farm.ts";

let farm: Farm;
beforeEach(async () => {
  farm = new Farm();
  await farm.startServer();
});
afterEach(async () => {
  await farm.close();
});

/** Leaves a file, a tool and something else. */
const MAKE = {
  script:
    "mkdir -p dist/sub; echo one >dist/one.txt; printf '#!/bin/sh\\necho ran\\n' >dist/sub/tool; chmod +x dist/sub/tool",
  outputs: ["dist/**"],
};

async function make(): Promise<WorkRequestId> {
  const id = await farm.submit({ task_data: MAKE });
  expect((await farm.completed(id)).request.result).toBe("success");
  return id;
}

const cached = () => readdirSync(join(workerDirectory(farm.workerHome, "w1"), "artifacts"));

describe("what one request leaves", () => {
  it("is there for the next as it was, executable where it was", async () => {
    await farm.startWorker();
    const from = await make();
    const script = "cat dist/one.txt in/dist/one.txt; in/dist/sub/tool; find . -type f | sort";
    const id = await farm.submit({
      task_data: { script },
      inputs: [{ from }, { from, match: ["*"], into: "in" }] as never,
    });
    const { request, runs } = await farm.completed(id);
    expect(request).toMatchObject({ result: "success", dependencies: [from], input_size: 2 * (4 + 19) });
    const log = (await farm.log(runs[0]!.id)).replaceAll(/^\d+ o /gm, "");
    expect(log).toBe("one\none\nran\n./dist/one.txt\n./dist/sub/tool\n./in/dist/one.txt\n./in/dist/sub/tool\n");
    expect(runs[0]?.inputs.map(({ path, executable }) => [path, executable])).toEqual([
      ["dist/one.txt", undefined],
      ["dist/sub/tool", true],
      ["in/dist/one.txt", undefined],
      ["in/dist/sub/tool", true],
    ]);
  });

  it("is fetched once by a worker, and a run that changes its copy changes nothing for the next", async () => {
    await farm.startWorker();
    const from = await make();
    const task_data = { script: "cat dist/one.txt; echo more >>dist/one.txt" };
    for (let round = 0; round < 2; round += 1) {
      const id = await farm.submit({ task_data, inputs: [{ from, match: ["*.txt"] }] as never });
      const { runs } = await farm.completed(id);
      expect(await farm.log(runs[0]!.id)).toMatch(/^\d+ o one\n$/);
    }
    expect(cached()).toHaveLength(1);
  });

  it("is fetched without a cache where there is no room for one", async () => {
    await farm.startWorker({ cacheBytes: 0 });
    const from = await make();
    const id = await farm.submit({ task_data: { script: "dist/sub/tool" }, inputs: [{ from }] as never });
    expect((await farm.completed(id)).request.result).toBe("success");
    expect(cached()).toEqual([]);
  });

  it("must be what the next one asks for", async () => {
    await farm.startWorker();
    const from = await make();
    const inputs = [
      { from, match: ["*.deb", "*.dsc"] },
      { from, match: ["*.log"], optional: true },
    ] as never;
    const id = await farm.submit({ task_data: { script: "true" }, inputs });
    const { request, runs } = await farm.completed(id);
    expect(runs).toEqual([]);
    expect(request).toMatchObject({ result: "error", verdict: { kind: "misconfigured" } });
    expect(request.output_data?.errors).toEqual([
      expect.objectContaining({
        code: "input-missing",
        message: `#${from} left nothing that its input *.deb, *.dsc could be: it left dist/one.txt, dist/sub/tool.`,
      }),
    ]);
  });

  it("is not written over what is there already, and not outside", async () => {
    await farm.startWorker();
    const from = await make();
    const task_data = { script: "true", files: { "dist/one.txt": "mine" } };
    const { request } = await farm.completed(await farm.submit({ task_data, inputs: [{ from }] as never }));
    expect(request.output_data?.errors).toEqual([
      expect.objectContaining({
        code: "configure-failed",
        reason: `the input "dist/one.txt" of #${from} is there already, or goes through a file that is`,
      }),
    ]);
    const outside = farm.submit({ task_data, inputs: [{ from, into: "../up" }] as never });
    await expect(outside).rejects.toMatchObject({ code: "invalid-submission" });
  });

  it("is given to a run that waits for it although the server was away", async () => {
    await farm.startWorker();
    const from = await make();
    await farm.stopServer();
    await farm.startServer();
    const id = await farm.submit({ task_data: { script: "cat dist/one.txt" }, inputs: [{ from }] as never });
    expect((await farm.completed(id)).request.result).toBe("success");
  });
});

describe("a run that ends well", () => {
  it("has failed when it leaves nothing of what it was to leave", async () => {
    await farm.startWorker();
    const outputs = ["dist/*.deb", "*.log", { glob: "core*", optional: true }];
    const id = await farm.submit({ task_data: { script: "echo x >build.log", outputs }, fail_on: "any" });
    const { request, runs } = await farm.completed(id);
    const outcome = { kind: "outputs_missing", globs: ["dist/*.deb"] };
    expect(runs.at(-1)).toMatchObject({ outcome, outputs: [{ path: "build.log" }] });
    expect(request).toMatchObject({ result: "failure", verdict: { kind: "first_run" } });
    await eventually(() => existsSync(farm.runDirectory(runs[0]!.id)), false);
  });
});
