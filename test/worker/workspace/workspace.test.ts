import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gatherOutputs } from "../../../src/worker/workspace/gather-outputs.ts";
import { insideOf } from "../../../src/worker/workspace/inside.ts";
import { prepareWorkspace, workspaceIn } from "../../../src/worker/workspace/prepare.ts";
import { removeTree } from "../../../src/worker/workspace/remove-tree.ts";
import type { InputFile } from "../../../src/task/execution.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "almanac-workspace-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const file = (path: string, content = "x", more: Partial<InputFile> = {}): InputFile => ({
  path,
  content,
  encoding: "utf8",
  ...more,
});

describe("a place inside a directory", () => {
  it.each([".", "a", "./a", "a//b", "..a", "a..", "…"])("may be %j", (path) => {
    expect(insideOf("/work", path)).toMatch(/^\/work/);
  });

  it.each(["", "/", "/etc/passwd", "..", "../x", "a/../../x", "a/..", "a\0b", "a\\..\\b"])("may not be %j", (path) => {
    expect(insideOf("/work", path)).toBeUndefined();
  });
});

describe("preparing a workspace", () => {
  it("writes the files with their contents and permissions and makes the start directory", async () => {
    const workspace = workspaceIn(join(root, "scratch"));
    const files = [
      file("plain.txt", "grüß\n"),
      file("bin/tool", "#!/bin/sh\n", { mode: 0o755 }),
      file("data", "AP8=", { encoding: "base64" }),
    ];
    const prepared = await prepareWorkspace(workspace, { files, cwd: "sub/dir" });
    expect(prepared).toEqual({ ok: true, cwd: join(workspace.work, "sub/dir") });
    expect(readFileSync(join(workspace.work, "plain.txt"), "utf8")).toBe("grüß\n");
    expect(statSync(join(workspace.work, "bin/tool")).mode & 0o777).toBe(0o755);
    expect([...readFileSync(join(workspace.work, "data"))]).toEqual([0, 255]);
    expect(statSync(join(workspace.work, "sub/dir")).isDirectory()).toBe(true);
    expect(statSync(workspace.tmp).isDirectory()).toBe(true);
  });

  it("leaves nothing of what was there before", async () => {
    const workspace = workspaceIn(join(root, "scratch"));
    mkdirSync(workspace.work, { recursive: true });
    symlinkSync("/etc", join(workspace.work, "link"));
    const prepared = await prepareWorkspace(workspace, { files: [file("link/x")], cwd: "." });
    expect(prepared.ok).toBe(true);
    expect(statSync(join(workspace.work, "link/x")).isFile()).toBe(true);
  });

  it.each([
    ['the file path "../x" leads out of the work directory', [file("../x")], "."],
    ['the file path "/etc/x" leads out of the work directory', [file("/etc/x")], "."],
    ['the file path "." leads out of the work directory', [file(".")], "."],
    ['the file "a" is there already, or goes through a file that is', [file("a"), file("a")], "."],
    ['the file "./a" is there already, or goes through a file that is', [file("a"), file("./a")], "."],
    ['the file "a/b" is there already, or goes through a file that is', [file("a"), file("a/b")], "."],
    ['the file "a" is there already, or goes through a file that is', [file("a/b"), file("a")], "."],
    [`the file "${"n".repeat(300)}" is too long`, [file("n".repeat(300))], "."],
    ['cwd "../up" leads out of the work directory', [], "../up"],
    ['cwd "a" is there already, or goes through a file that is', [file("a")], "a"],
  ])("says that %s", async (reason, files, cwd) => {
    expect(await prepareWorkspace(workspaceIn(join(root, "scratch")), { files, cwd })).toEqual({ ok: false, reason });
  });
});

function tree(...paths: string[]): string {
  const work = join(root, "work");
  for (const path of paths) {
    mkdirSync(join(work, path, ".."), { recursive: true });
    writeFileSync(join(work, path), `content of ${path}`);
  }
  return work;
}
const into = () => join(root, "outputs");

const named = (...globs: string[]) => globs.map((glob) => ({ glob, optional: false }));
const paths = async (work: string, ...globs: string[]) => {
  const gathered = await gatherOutputs(work, named(...globs), into());
  return gathered.ok ? gathered.outputs.map((output) => output.path) : gathered.reason;
};

describe("gathering outputs", () => {
  it("takes the files that the globs name, once each, with size and checksum", async () => {
    const work = tree("a.deb", "sub/b.deb", "c.txt", ".hidden");
    const gathered = await gatherOutputs(work, named("*.deb", "./**/*.deb", "c.*"), into());
    const content = "content of sub/b.deb";
    expect(gathered).toMatchObject({
      ok: true,
      outputs: [{ path: "a.deb" }, { path: "c.txt" }, { path: "sub/b.deb" }],
    });
    expect(gathered.ok && gathered.outputs[2]).toEqual({
      path: "sub/b.deb",
      size: content.length,
      sha256: createHash("sha256").update(content).digest("hex"),
      file: "2",
    });
    rmSync(work, { recursive: true });
    expect(readFileSync(join(into(), "2"), "utf8")).toBe(content);
  });

  it("takes hidden files only when a glob says so, and directories never", async () => {
    const work = tree("dir/x", ".hidden", ".config/y");
    expect(await paths(work, "*")).toEqual([]);
    expect(await paths(work, "**")).toEqual(["dir/x"]);
    expect(await paths(work, ".hidden", ".config/*")).toEqual([".config/y", ".hidden"]);
  });

  it("follows a link to a file inside, and none that leads out, nowhere or in a circle", async () => {
    const work = tree("real.txt", "dir/inner.txt");
    writeFileSync(join(root, "secret"), "secret");
    symlinkSync("real.txt", join(work, "inside"));
    symlinkSync(join(root, "secret"), join(work, "outside"));
    symlinkSync("../secret", join(work, "up"));
    symlinkSync("nothing", join(work, "broken"));
    symlinkSync("circle", join(work, "circle"));
    symlinkSync("/etc", join(work, "etc"));
    symlinkSync("dir", join(work, "again"));
    expect(await paths(work, "**")).toEqual(["dir/inner.txt", "inside", "real.txt"]);
  });

  it("says which globs that must match something match nothing", async () => {
    const work = tree("a.deb");
    const globs = [...named("*.deb", "*.changes", "./log"), { glob: "core", optional: true }];
    expect(await gatherOutputs(work, globs, into())).toMatchObject({ ok: true, missing: ["*.changes", "./log"] });
  });

  it("keeps whether a file can be executed", async () => {
    const work = tree("tool", "text");
    chmodSync(join(work, "tool"), 0o755);
    const gathered = await gatherOutputs(work, named("*"), into());
    expect(gathered.ok && gathered.outputs.map(({ path, executable }) => [path, executable])).toEqual([
      ["text", undefined],
      ["tool", true],
    ]);
  });

  it("passes over what is not a file", async () => {
    const work = tree("a");
    spawnSync("sh", ["-c", `mkfifo ${join(work, "pipe")}`]);
    expect(await paths(work, "*")).toEqual(["a"]);
  });

  it("refuses more files than a report may name", async () => {
    const work = tree("a");
    for (let index = 0; index <= 10_000; index += 1) writeFileSync(join(work, `f${index}`), "");
    expect(await paths(work, "f*")).toBe("the globs name 10001 files, and at most 10000 are kept");
  });
});

describe("removing a tree", () => {
  it("removes directories that were made read-only", async () => {
    const deep = join(root, "tree/cache/deep");
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, "file"), "");
    chmodSync(deep, 0o555);
    chmodSync(join(root, "tree/cache"), 0o500);
    await removeTree(join(root, "tree"));
    expect(() => statSync(join(root, "tree"))).toThrow("ENOENT");
  });

  it("does nothing when there is none", async () => {
    await expect(removeTree(join(root, "none"))).resolves.toBeUndefined();
  });
});
