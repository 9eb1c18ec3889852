import type { WorkRequestId } from "../../src/domain/ids.ts";
import { DEFAULT_RETRY_LIMITS } from "../../src/verdict/decide-retry.ts";
import { giveItAccuracy } from "./example-accuracy.ts";
import { history } from "./example-history.ts";
import { automate, giveAutomationAPast, startTold, untilTold } from "./example-automation.ts";
import { countFrom, FIRST_REQUEST, giveAdvice, giveItAPast, suspect, type Past } from "./example-past.ts";
import { MINUTES, Player } from "./example-player.ts";
import { playRelease, RELEASE_CONFIG, type Release } from "./example-release.ts";
import { BUILDER_SAID, say, STRANGE_SAID } from "./example-said.ts";
import { writeConfig } from "../task/config/config-file.ts";
import { GIB, startHarness, type Harness, type PlayedWorker } from "../server/harness.ts";

/*
 * A farm as one would find it on a working day: what the pages are tested and photographed with. Everything is chosen by
 * a seed; only the moments are those of now.
 */

/** The requests of the example, by what they show. */
type Shown =
  | "running"
  | "late"
  | "passed"
  | "failed"
  | "passedBefore"
  | "passedTls"
  | "failedAlike"
  | "regression"
  | "outOfMemory"
  | "tooLarge"
  | "asked"
  | "manual"
  | "hostile"
  | "aborted"
  | keyof Release;

/** A farm, and what there is to see on it. */
export type Example = {
  harness: Harness;
  /** Ends the server and removes what it was made of. */
  close(): Promise<void>;
  builder: PlayedWorker;
  /** Lets more happen on `builder-1`. */
  play: Player;
  ids: Record<Shown, WorkRequestId>;
};

/** Before any run that the pages show. */
const JOINED = "2026-01-05T08:12:31.000Z";

/** Text that wants to be more than text. */
export const HOSTILE = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>\u202egpj.exe`;

/** Starts a server and fills it; `hostile` is what one request is called. */
export async function startExample(hostileName = HOSTILE): Promise<Example> {
  const config = writeConfig(RELEASE_CONFIG);
  const told = await startTold();
  const harness = await startHarness({
    config: config.file,
    settings: { heartbeatMs: 50, leaseMs: 86_400_000, retryLimits: { ...DEFAULT_RETRY_LIMITS, flaky: 0 } },
    reactions: { webhookHosts: ["127.0.0.1"] },
  });
  await countFrom(harness, FIRST_REQUEST);
  const past = history();
  await harness.client.call("importHistory", { body: { entries: past } });
  await giveItAccuracy(harness, past);
  const builder = await joinWorkers(harness, hostileName);
  const play = new Player(harness, builder);
  const { pasts, ...release } = await playRelease(harness, play);
  const ended = await playWhatEnds(play, told, hostileName);
  const waiting = await submitWhatWaits(harness, play);
  await automate(harness);
  await told.receiver.called(3);
  await untilTold(harness, 3);
  const ids = { ...release, ...ended, ...waiting };
  await giveItAPast(harness, ids.passed, [...pasts, ...pastsOf(ids)], (db) => {
    giveAutomationAPast(db, [ids.passed, ids.failed, ids.regression, ids.outOfMemory]);
    suspect(db, ids.failed);
    giveAdvice(db);
    db.prepare("update workers set joined_at = ?").run(JOINED);
  });
  const close = async () => {
    await harness.close();
    await told.receiver.close();
    config[Symbol.dispose]();
  };
  return { harness, close, builder, play, ids };
}

/** Gives the one that is played. */
async function joinWorkers(harness: Harness, hostileName: string): Promise<PlayedWorker> {
  const capacity = (memory: number, cpu_count: number) => ({ memory: memory * GIB, cpu_count, disk_space: 200 * GIB });
  const builder = await harness.join("builder-1", {
    capacity: capacity(64, 16),
    measure_method: "cgroup2",
    version: "0.1.0",
    tags: ["arch:amd64", "kvm"],
    cpu_model: "AMD EPYC 9354",
  });
  await say(builder, BUILDER_SAID);
  const other = { capacity: capacity(32, 8), tags: ["arch:amd64"], cpu_model: "Intel Xeon 6430" };
  await say(await harness.join("builder-2", other), STRANGE_SAID(hostileName));
  await harness.join("arm-1", { capacity: capacity(16, 4), tags: ["arch:arm64"], cpu_model: "Neoverse-N1" });
  await harness.client.call("drainWorker", { params: { worker_name: "arm-1" }, body: {} });
  return builder;
}

async function playWhatEnds(play: Player, told: Awaited<ReturnType<typeof startTold>>, hostileName: string) {
  const context = "sid/amd64";
  const passed = await play.run({ subject: "gcc", context }, { exit: 0, memory: 3.3, log: COMPILING });
  const test = { task_name: "test", subject: "glibc", context };
  const passedBefore = await play.run(
    { ...test, command: ["make", "check"] },
    { exit: 0, memory: 0.8, minutes: 2.1, log: COMPILING },
  );
  const failedAlike = await play.run(
    { ...test, subject: "musl" },
    { exit: 2, memory: 0.5, minutes: 1.4, log: FAILING },
  );
  const failed = await play.run(
    { ...test, command: ["make", "-j4", "check"], reactions: { on_failure: [told.pager] } },
    { exit: 2, memory: 0.78, minutes: 2.2, log: FAILING },
  );
  const tls = { task_name: "test", subject: "openssl", context };
  const passedTls = await play.run(
    { ...tls, command: ["make", "test"] },
    { exit: 0, memory: 0.4, minutes: 3, log: COMPILING },
  );
  const regression = await play.run(
    { ...tls, command: ["make", "test", "TLS=1.3"], reactions: { on_regression: [told.chat, told.wiki] } },
    { exit: 1, memory: 0.4, minutes: 3.1, log: ["ok 1 - handshake", "error: not ok 2 - certificate has expired"] },
  );
  const outOfMemory = await play.run(
    { subject: "webkit", context, requirements: { memory: 4 * GIB, max: { memory: 4 * GIB } } },
    { memory: 4, log: COMPILING },
  );
  const hostile = await play.run(
    { task_name: hostileName, subject: hostileName },
    { exit: 1, memory: 0.1, log: [hostileName, "\u001b]0;title\u0007\u001b[31mred\u001b[0m \u001b[2Jcleared"] },
  );
  return { passed, passedBefore, passedTls, failedAlike, failed, regression, outOfMemory, hostile };
}

async function submitWhatWaits(harness: Harness, play: Player) {
  const requirements = { tags: ["kvm"], memory: 1000 * GIB };
  const [aborted] = await harness.submit({ task_name: "build", subject: "abandoned", requirements });
  const params = { id: aborted!.id }; // one was submitted
  await harness.client.call("abortWorkRequest", { params, body: { reason: "not wanted any more" } });
  const context = "sid/amd64";
  const late = await play.start(
    { task_name: "test", subject: "glibc", context, requirements: { memory: 1.5 * GIB, cpu_count: 1 } },
    COMPILING,
    0.8,
  );
  const going = await play.start({ subject: "llvm", context, requirements: { memory: 6 * GIB } }, COMPILING);
  const [tooLarge, asked, manual] = await harness.submit(
    {
      task_name: "build",
      subject: "chromium",
      context,
      requirements: { memory: 61 * GIB, cpu_count: 16, tags: ["kvm"] },
    },
    { task_type: "wait", task_name: "confirm", task_data: { question: "Release shop 2.1?" } },
    { task_name: "release", subject: "point-release", unblock_strategy: "manual" },
  );
  await harness.event(tooLarge!.id, "waiting");
  return { aborted: aborted!.id, running: going, late, tooLarge: tooLarge!.id, asked: asked!.id, manual: manual!.id };
}

/** When it would have happened. */
function pastsOf(ids: Example["ids"]): Past[] {
  return [
    { id: ids.passed, waited: 0.1, ran: MINUTES, endedAgo: 171 },
    { id: ids.passedBefore, waited: 0.1, ran: 2.1, endedAgo: 190 },
    { id: ids.passedTls, waited: 0.1, ran: 3, endedAgo: 215 },
    { id: ids.failedAlike, waited: 0.1, ran: 1.4, endedAgo: 205 },
    { id: ids.failed, waited: 0.05, ran: 2.2, endedAgo: 96 },
    { id: ids.regression, waited: 0.1, ran: 3.1, endedAgo: 85 },
    { id: ids.outOfMemory, waited: 0.1, ran: MINUTES, endedAgo: 74 },
    { id: ids.hostile, waited: 0.1, ran: MINUTES, endedAgo: 58 },
    { id: ids.aborted, waited: 41, ran: 0, endedAgo: 33 },
    { id: ids.late, waited: 0.1, ran: 21, endedAgo: 0 },
    { id: ids.running, waited: 0.1, ran: MINUTES, endedAgo: 0 },
    { id: ids.tooLarge, waited: 22, ran: 0, endedAgo: 0 },
    { id: ids.manual, waited: 20, ran: 0, endedAgo: 0 },
  ];
}

const COMPILING = Array.from(
  { length: 240 },
  (_, index) => `[${index + 1}/412] Building CXX object lib/Passes/Pass${index}.cpp.o`,
);
const FAILING = [
  ...Array.from({ length: 40 }, (_, index) => `PASS: stdio-common/tst-printf-${index}`),
  "\u001b[1m\u001b[31mFAIL: malloc/tst-mallocstate\u001b[0m",
  "error: original exit status 1",
  "make[2]: *** [Makefile:633: tests] Error 1",
];
