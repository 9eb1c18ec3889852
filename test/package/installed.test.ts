import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

/** A project with the package installed as npm would: its files, built, beside what it depends on. */
let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "almanac-installed-"));
  const own = join(project, "node_modules", "almanac");
  mkdirSync(own, { recursive: true });
  const { files } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { files: string[] };
  for (const file of ["package.json", ...files.filter((name) => name !== "dist/")]) {
    cpSync(join(ROOT, file), join(own, file), { recursive: true });
  }
  const built = spawnSync(process.execPath, [join(ROOT, "bin/build.mjs"), "--into", join(own, "dist")]);
  if (built.status !== 0) throw new Error(String(built.stderr));
  for (const name of readdirSync(join(ROOT, "node_modules"))) {
    if (!name.startsWith(".")) symlinkSync(join(ROOT, "node_modules", name), join(project, "node_modules", name));
  }
  writeFileSync(join(project, "package.json"), `{ "type": "module" }`);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const CONFIG = `
import { defineConfig, defineTask, z } from "almanac";
const greet = defineTask({
  name: "greet",
  data: z.strictObject({ who: z.string() }),
  dynamicData: (data) => ({ subject: data.who }),
  run: (data) => console.log(\`hello \${data.who}\`),
});
export default defineConfig({ tasks: [greet] });
`;

async function type(command: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, ALMANAC_HOME: join(project, "home"), ALMANAC_URL: "", ALMANAC_TOKEN: "" };
  const child = spawn(command, args, { cwd: project, env, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: code as number, stdout, stderr };
}

describe("the installed package", () => {
  it("lets a configuration be type-checked, and tells what is wrong in it", async () => {
    writeFileSync(join(project, "almanac.config.ts"), CONFIG);
    writeFileSync(
      join(project, "wrong.ts"),
      CONFIG.replace("data.who }", "data.whom }") + `import { measure } from "almanac/measure";\nvoid measure;\n`,
    );
    const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "esnext", "--types", "node"];
    const checked = await type(process.execPath, TSC, ...flags, "almanac.config.ts", "wrong.ts");
    expect(checked.stdout.match(/^.*error.*$/gm)).toEqual([
      expect.stringContaining("wrong.ts(6,43): error TS2551: Property 'whom' does not exist"),
    ]);
  });

  it("runs its built files: a server, a worker, and run() of a task", async () => {
    const almanac = join(project, "node_modules", "almanac", "bin", "almanac");
    const up = spawn(almanac, ["up", "--port", "0", "--name", "w"], {
      cwd: project,
      env: { ...process.env, ALMANAC_HOME: join(project, "home"), ALMANAC_URL: "", ALMANAC_TOKEN: "" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const chunk of up.stdout) if (/^http:\S+\n$/m.test(String(chunk))) break;
    try {
      const submitted = await type(almanac, "submit", "--task", "greet", "--data", "who=world", "--follow");
      expect(submitted).toMatchObject({ code: 0, stdout: expect.stringContaining("hello world") });
    } finally {
      up.kill("SIGINT");
      await once(up, "exit");
    }
  });
});
