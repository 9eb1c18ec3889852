import { afterAll, beforeAll, expect } from "vitest";
import { makeHome, type Home } from "./almanac.ts";
import { startUp, type Up } from "./up.ts";

/** A real server with a real worker for the tests of one file, as `almanac up` starts them. */
export type UsedServer = {
  readonly home: Home;
  /** The server, once the tests run. */
  readonly up: () => Up;
  /** Submits by the command line; gives the last number that it printed. */
  readonly submit: (...args: string[]) => Promise<string>;
};

/** Starts a server before the tests of the file and ends it after them. */
export function useServer(): UsedServer {
  const home = makeHome();
  let up: Up | undefined;
  beforeAll(async () => {
    up = await startUp(home.path);
  });
  afterAll(async () => {
    await up?.stop();
    home[Symbol.dispose]();
  });
  return {
    home,
    up: () => up!, // asked for by tests only, after it was started
    async submit(...args) {
      const { code, stdout, stderr } = await home.almanac(["submit", ...args]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^(\d+\n)+$/);
      return stdout.trim().split("\n").at(-1)!; // at least one line, as just checked
    },
  };
}
