import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAsShown } from "./expected-output.ts";
import { typedIn, type FencedBlock } from "./fenced-blocks.ts";
import { isTyped, TypedPage, type Answer } from "./typed-page.ts";

const CLASSES = ["starts", "elsewhere"];

/**
 * Types every command that a page shows, in order, on a terminal, against a real server and worker of the page's own:
 * each must end and print as shown. See `fenced-blocks.ts` for the classes of blocks.
 * @param timeoutMs for the whole page
 * @param whyNot the reason why it cannot be typed on this machine; it is then reported as skipped
 */
export function describePage(name: string, timeoutMs: number, whyNot?: string): void {
  describe(`the page ${name}`, () => {
    const page = new TypedPage(name);
    const typed = page.blocks.filter(isTyped);
    const start = page.blocks.find(({ flags }) => flags.includes("starts"));

    it.each(page.blocks)("line $line is typed, written to a file, or says why not", ({ language, flags, settings }) => {
      const isKnown = language === "console" || language === "text" || settings["file"] !== undefined;
      expect(isKnown, `\`\`\`${language} is neither console, text nor file=NAME`).toBe(true);
      for (const flag of flags) expect(CLASSES).toContain(flag);
    });

    if (typed.length === 0) return;
    const reason = whyNot === undefined ? "" : `, which cannot be here: ${whyNot}`;
    describe.skipIf(whyNot !== undefined)(`as typed${reason}`, () => {
      let answers = new Map<number, Answer[]>();
      beforeAll(async () => {
        await page.open();
        answers = await page.type();
      }, timeoutMs);
      afterAll(() => page.close());

      it.each(typed)("line $line", (block) => {
        expect(differences(`${name}:${block.line}`, block, answers.get(block.line) ?? [])).toEqual([]);
      });
      if (start === undefined) return;
      it("its start", () => {
        const shown = typedIn(start).flatMap(({ output }) => output);
        expect(isAsShown(shown, page.greeting), `printed\n${page.greeting}`).toBe(true);
      });
    });
  });
}

/** What did not end or print as the page shows, one text for each command. */
function differences(place: string, block: FencedBlock, given: readonly Answer[]): string[] {
  const commands = typedIn(block);
  return commands.flatMap(({ command, output }, index) => {
    const answer = given[index];
    const where = `${place}: $ ${command}\n`;
    if (answer === undefined) return [`${where}was not reached`];
    const isLast = index === commands.length - 1;
    const exitCode = isLast ? Number(block.settings["exit"] ?? 0) : 0;
    if (answer.exitCode === exitCode && isAsShown(output, answer.output)) return [];
    return [
      `${where}ended with ${answer.exitCode} and printed\n${answer.output}\nthe page shows\n${output.join("\n")}`,
    ];
  });
}
