import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { quoted } from "../../src/web/parts/links.ts";

test("a shell reads a quoted word as the text that it was", () => {
  const pieces = fc.constantFrom("'", '"', "$x", "`", "\\", "*", " ", "\n", "!", "~", "#", ";", "&", "é", "a", "-", "");
  const texts = fc.array(
    fc.array(pieces).map((parts) => parts.join("")),
    { minLength: 1, maxLength: 50 },
  );
  fc.assert(
    fc.property(texts, (words) => {
      const read = execFileSync("sh", ["-c", `printf '%s\\0' ${words.map(quoted).join(" ")}`], { encoding: "utf8" });
      expect(read).toBe(words.map((word) => `${word}\0`).join(""));
    }),
    { numRuns: 20 },
  );
});
