import type { WorkRequestId } from "../../src/domain/ids.ts";
import type { Harness } from "../server/harness.ts";
import type { Past } from "./example-past.ts";
import type { Player } from "./example-player.ts";

/* The example's workflow: a release of which one half is tested, the other waits for a machine, and one part needed no run. */

/** Its configuration. */
export const RELEASE_CONFIG = `
const tags = (...more) => ({ requirements: { tags: more, memory: "2G", cpu_count: 2 } });
const part = (task_name, context, more) =>
  ({ task_name, subject: "shop", context, task_data: { command: ["make", task_name] }, ...more });
export default defineConfig({
  tasks: [
    defineTask({
      name: "docs",
      data: z.strictObject({ version: z.string() }),
      dynamicData: () => ({ subject: "shop", skip: "no page has changed since 2.0" }),
      command: () => ["make", "docs"],
    }),
  ],
  workflows: [
    defineWorkflow({
      name: "release",
      data: z.strictObject({ version: z.string() }),
      dynamicData: ({ version }) => ({ subject: "shop " + version }),
      plan: ({ version }, workflow) => {
        const fetch = workflow.ensure("fetch", part("fetch", "", tags("kvm")));
        const docs = workflow.ensure("docs", { task_name: "docs", task_data: { version } });
        const tested = ["amd64", "arm64"].map((arch) => {
          const on = tags("arch:" + arch, ...(arch === "amd64" ? ["kvm"] : []));
          const build = workflow.ensure("build " + arch, part("build", "sid/" + arch, { ...on, depends_on: [fetch] }));
          const inputs = [{ from: build, match: "*.deb", into: "packages" }];
          return workflow.ensure("test " + arch, part("test", "sid/" + arch, { ...on, depends_on: [build], inputs }));
        });
        workflow.ensure("publish", part("publish", "", { ...tags("kvm"), depends_on: [...tested, docs] }));
      },
    }),
  ],
});`;

/** What of a release is shown by a page of its own. */
export type Release = Record<"workflow" | "skipped" | "withInputs", WorkRequestId>;

/** Plays it as far as it has come. */
export async function playRelease(harness: Harness, play: Player): Promise<Release & { pasts: Past[] }> {
  const [workflow] = await harness.submit({
    task_type: "workflow",
    task_name: "release",
    task_data: { version: "2.1" },
  });
  await harness.event(workflow!.id, "started"); // one was submitted
  const fetched = await play.end(await play.take(), { exit: 0, memory: 0.2, minutes: 1.5, log: ["2.1: 84 files"] });
  const built = await play.end(await play.take(), {
    exit: 0,
    memory: 1.6,
    minutes: 9,
    log: ["dpkg-deb: building package 'shop'"],
    files: { "shop_2.1_amd64.deb": "shop 2.1", "shop-dbgsym_2.1_amd64.deb": "symbols of shop 2.1" },
  });
  const testing = await play.hold(await play.take(), ["ok 1 - cart", "ok 2 - checkout"], 0.9);
  const nodes = await harness.client.call("listWorkflowNodes", { params: { id: workflow!.id } }); // as above
  const idOf = (name: string) => nodes.nodes.find((node) => node.name === name)!.id; // the plan has it
  const skipped = idOf("docs");
  const waiting = ["build arm64", "test arm64", "publish"].map(idOf);
  const pasts = [
    { id: workflow!.id, waited: 0.05, ran: 34, endedAgo: 0 },
    { id: skipped, waited: 0.05, ran: 0, endedAgo: 33.9 },
    { id: fetched, waited: 0.4, ran: 1.5, endedAgo: 32 },
    { id: built, waited: 2.4, ran: 9, endedAgo: 22.6 },
    { id: testing, waited: 21.5, ran: 12.5, endedAgo: 0 },
    ...waiting.map((id) => ({ id, waited: 34, ran: 0, endedAgo: 0 })),
  ];
  return { workflow: workflow!.id, skipped, withInputs: testing, pasts };
}
