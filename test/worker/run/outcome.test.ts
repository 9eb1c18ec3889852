import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freshDirectory, meters, processesWith, run, sh, start, until } from "./run-command.ts";

describe.each(meters)("the outcome of a run measured by $method", (meter) => {
  it("is exited with the code of a command that ends", async () => {
    expect((await sh("exit 0", { meter })).outcome).toEqual({ kind: "exited", code: 0 });
    expect((await sh("exit 3", { meter })).outcome).toEqual({ kind: "exited", code: 3 });
  });

  it("is exited also for the codes that shells use for failures of their own", async () => {
    for (const code of [125, 126, 127, 137]) {
      expect((await sh(`exit ${code}`, { meter })).outcome).toEqual({ kind: "exited", code });
    }
  });

  it("is signalled with the name of the signal", async () => {
    expect((await sh("kill -KILL $$", { meter })).outcome).toEqual({ kind: "signalled", signal: "SIGKILL" });
    expect((await sh("kill -SEGV $$", { meter })).outcome).toEqual({ kind: "signalled", signal: "SIGSEGV" });
  });

  it("is timed_out with the limit, and its figures are lower bounds", async () => {
    const { outcome, measurement, runtime_statistics } = await run(["sleep", "30"], {
      meter,
      limits: { duration: 0.2 },
    });
    expect(outcome).toEqual({ kind: "timed_out", limit: 0.2 });
    expect(measurement.lower_bounds).toEqual(expect.arrayContaining(["duration", "cpu_time"]));
    expect(measurement.duration_ms).toBeGreaterThanOrEqual(200);
    expect(runtime_statistics.duration).toBeTypeOf("number");
  });

  it("is aborted by whoever asked first", async () => {
    const handle = start(["sleep", "30"], { meter });
    handle.abort("ada");
    handle.abort("grace");
    expect((await handle.ended).outcome).toEqual({ kind: "aborted", by: "ada" });
  });

  it("stays what it was when the run is aborted after its end", async () => {
    const handle = start(["true"], { meter });
    const { outcome } = await handle.ended;
    handle.abort("ada");
    expect(outcome).toEqual({ kind: "exited", code: 0 });
  });

  it("is timed_out although the command ends by itself with 0 when it is told to stop", async () => {
    const script = "trap 'exit 0' TERM; while :; do sleep 0.05; done";
    const { outcome } = await sh(script, { meter, limits: { duration: 0.2 } });
    expect(outcome).toEqual({ kind: "timed_out", limit: 0.2 });
  });
});

describe.each(meters)("a command that cannot be started, measured by $method", (meter) => {
  it("is start_failed with the name that was looked for", async () => {
    const { outcome, measurement, runtime_statistics } = await run(["no-such-program"], {
      meter,
      env: { PATH: "/bin" },
    });
    expect(outcome).toEqual({
      kind: "start_failed",
      errors: [
        {
          code: "command-not-found",
          message: "The command cannot be found: no program no-such-program in PATH (/bin).",
          command: "no-such-program",
          reason: "no program no-such-program in PATH (/bin)",
        },
      ],
    });
    expect(measurement).toEqual({ method: meter.method, duration_ms: 0, lower_bounds: [] });
    expect(Object.keys(runtime_statistics).sort()).toEqual(["available_disk_space", "available_memory", "cpu_count"]);
  });

  it("is start_failed for an empty command, a directory, a file that is no program and an absent directory", async () => {
    const directory = freshDirectory();
    writeFileSync(join(directory, "plain"), "no program");
    const codeOf = async (argv: string[], cwd = directory): Promise<unknown> => {
      const { outcome } = await run(argv, { meter, cwd });
      return outcome.kind === "start_failed" ? outcome.errors.map(({ code }) => code) : outcome;
    };
    expect(await codeOf([])).toEqual(["command-not-found"]);
    expect(await codeOf([""])).toEqual(["command-not-found"]);
    expect(await codeOf(["./absent"])).toEqual(["command-not-found"]);
    expect(await codeOf([directory])).toEqual(["start-failed"]);
    expect(await codeOf(["./plain"])).toEqual(["start-failed"]);
    expect(await codeOf(["true"], join(directory, "gone"))).toEqual(["start-failed"]);
    expect(await codeOf(["true", "a\0b"])).toEqual(["start-failed"]);
  });

  it("is start_failed when the interpreter of a script is missing", async () => {
    const directory = freshDirectory();
    const script = join(directory, "script");
    writeFileSync(script, "#!/no/such/interpreter -x\n");
    chmodSync(script, 0o755);
    const { outcome } = await run([script], { meter });
    expect(outcome).toEqual({
      kind: "start_failed",
      errors: [
        {
          code: "start-failed",
          message: `The command cannot be started: ${script} needs /no/such/interpreter, which is not there or may not be executed.`,
          reason: `${script} needs /no/such/interpreter, which is not there or may not be executed`,
          command: script,
          interpreter: "/no/such/interpreter",
        },
      ],
    });
  });

  it("is start_failed for a program of another kind of machine", async () => {
    const program = join(freshDirectory(), "foreign");
    writeFileSync(program, Buffer.concat([Buffer.from("\x7fELF\x02\x01\x01", "latin1"), Buffer.alloc(200)]));
    chmodSync(program, 0o755);
    const { outcome } = await run([program], { meter });
    expect(outcome).toMatchObject({ kind: "start_failed", errors: [{ code: "start-failed" }] });
  });
});

describe.each(meters)("a command measured by $method", (meter) => {
  it("gets its arguments, directory and environment exactly as given", async () => {
    const directory = freshDirectory();
    const env = { PATH: "/usr/bin:/bin", "odd.name": "1 2", "BASH_FUNC_f%%": "() { :; }", EMPTY: "", QUOTE: `'"$x` };
    const script = "process.stdout.write(JSON.stringify([process.argv.slice(1), process.cwd(), process.env]))";
    const argv = [process.execPath, "-e", script, "--", "", "a b", "$HOME", "'\"\\", "-n", "*"];
    const { stdout } = await run(argv, { meter, cwd: directory, env });
    const [args, cwd, seen] = JSON.parse(stdout) as [string[], string, Record<string, string>]; // what the script prints
    expect(args).toEqual(argv.slice(4));
    expect(cwd).toBe(directory);
    expect(seen).toMatchObject(env);
  });

  it("is found by PATH before files of the same name elsewhere, and by a relative path from its directory", async () => {
    const directory = freshDirectory();
    mkdirSync(join(directory, "bin"));
    writeFileSync(join(directory, "bin", "tool"), "#!/bin/sh\necho mine\n");
    chmodSync(join(directory, "bin", "tool"), 0o755);
    const env = { PATH: `${directory}/bin:/usr/bin:/bin` };
    expect((await run(["tool"], { meter, env })).stdout).toBe("mine\n");
    expect((await run(["./bin/tool"], { meter, cwd: directory })).stdout).toBe("mine\n");
  });

  it("has all its output delivered, by stream, before the run has ended", async () => {
    const { stdout, stderr } = await sh("seq 1 20000; echo problem >&2", { meter });
    expect(stdout.split("\n")).toHaveLength(20_001);
    expect(stderr).toBe("problem\n");
  });

  it("reads an empty input", async () => {
    expect((await sh("cat; echo end", { meter })).stdout).toBe("end\n");
  });
});

describe.each(meters)("ending a run measured by $method", (meter) => {
  it("lets the command clean up within the grace time", async () => {
    const { outcome, stdout } = await sh(
      "trap 'sleep 0.1; echo cleaned; exit 1' TERM; echo ready; while :; do sleep 0.05; done",
      {
        meter,
        limits: { duration: 0.3 },
      },
    );
    expect(outcome).toEqual({ kind: "timed_out", limit: 0.3 });
    expect(stdout).toBe("ready\ncleaned\n");
  });

  it("kills what ignores SIGTERM, in whatever session it hides", async () => {
    const mark = `31.${process.pid}1`;
    const script = `trap '' TERM; setsid sleep ${mark} & (setsid sh -c "trap '' TERM; sleep ${mark}" &) ; while :; do sleep ${mark}; done`;
    const handle = start(["/bin/sh", "-c", script], { meter, graceMs: 100 });
    await until("all three sleep", () => processesWith(`sleep\0${mark}`).length >= 3);
    handle.abort("ada");
    expect((await handle.ended).outcome).toEqual({ kind: "aborted", by: "ada" });
    expect(processesWith(mark)).toEqual([]);
  });

  it("ends a stopped process", async () => {
    const handle = start(["/bin/sh", "-c", "kill -STOP $$"], { meter, graceMs: 100 });
    handle.abort("ada");
    expect((await handle.ended).outcome).toEqual({ kind: "aborted", by: "ada" });
  });
});
