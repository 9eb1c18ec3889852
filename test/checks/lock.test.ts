import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { missingEntries } from "./complete-lock.ts";

const text = readFileSync(join(import.meta.dirname, "../../package-lock.json"), "utf8");

describe("the lock file", () => {
  it("names every platform's packages, so that `npm ci` takes it everywhere", () => {
    expect(missingEntries(JSON.parse(text) as never)).toEqual({}); // npm's own format
  });

  it("records no download addresses", () => {
    expect(text).not.toMatch(
      /"resolved"|https?:\/\/(?!opencollective|github|tidelift|patreon|paulmillr|paypal|feross|www\.)/,
    );
  });

  it("finds an entry that is missing", () => {
    const lock = {
      packages: { "node_modules/tool": { dev: true, optionalDependencies: { "@tool/linux-arm64-musl": "1.2.3" } } },
    };
    expect(missingEntries(lock)).toEqual({
      "node_modules/@tool/linux-arm64-musl": {
        version: "1.2.3",
        dev: true,
        optional: true,
        os: ["linux"],
        cpu: ["arm64"],
        libc: ["musl"],
      },
    });
  });
});
