import { describe, expect, test } from "vitest";
import { startInterruptible } from "./interruptible.ts";
import { startOnTerminal } from "./on-terminal.ts";
import { useServer } from "./use-server.ts";

const { home, submit } = useServer();

/** The other screen, on which nothing could be scrolled back. */
const ALTERNATE_SCREEN = "\u001b[?1049h";

describe("ls --watch", () => {
  test("is drawn anew in place on a terminal until Ctrl-C, and stays there", async () => {
    const first = await submit("--manual", "--", "true");
    const list = startOnTerminal(home, ["ls", "--watch", "--task", "true"]);
    await list.sees(new RegExp(`${first}  ○ blocked`));
    await home.almanac(["unblock", first]);
    // up to the first of its three lines, and on from there
    await list.sees(new RegExp(`\\r\u001b\\[2A\u001b\\[KID .*\\r\\n\u001b\\[K *${first}  ✓ success`));
    list.type("\u0003");
    expect(await list.code).toBe(130);
    const left = list.written().slice(list.written().lastIndexOf("\u001b[J"));
    expect(left).toMatch(new RegExp(`ID .*\\r\\n *${first}  ✓ success .*\\r\\n  1 success\\r\\n`));
    expect(left).toContain("Come back with: almanac ls --watch\r\n");
    expect(list.written()).not.toContain(ALTERNATE_SCREEN);
  });

  test("is one line for each change where there is no terminal, also of what leaves the list", async () => {
    const id = await submit("--task", "leaves", "--manual", "--", "true");
    const list = startInterruptible(home, ["ls", "--watch", "--status", "blocked", "--task", "leaves"]);
    await list.said(new RegExp(`Z  ○ blocked #${id} leaves waits to be released\n`));
    await home.almanac(["abort", id]);
    await list.said(new RegExp(`Z  – aborted #${id} leaves by local\n`));
    list.child.kill("SIGINT");
    expect(await list.code).toBe(130);
    expect(list.stdout().trim().split("\n")).toHaveLength(2);
  });

  test("--jsonl has each change as a document", async () => {
    const id = await submit("--task", "documents", "--manual", "--", "true");
    const list = startInterruptible(home, ["ls", "--watch", "--jsonl", "--task", "documents"]);
    await list.said(/blocked/);
    await home.almanac(["abort", id]);
    await list.said(/"status":"aborted"/);
    list.child.kill("SIGINT");
    expect(await list.code).toBe(130);
    const documents = list
      .stdout()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { at: string; work_request: object });
    expect(documents).toMatchObject(
      ["blocked", "aborted"].map((status) => ({
        at: expect.any(String) as string,
        work_request: { id: Number(id), status },
      })),
    );
  });

  test("says which options do not go together", async () => {
    const json = await home.almanac(["ls", "--watch", "--json"]);
    expect(json).toMatchObject({ code: 2, stdout: "" });
    expect(json.stderr).toContain("--json is one document, and --watch has no end.\n  Take --jsonl");
    const jsonl = await home.almanac(["show", "1", "--jsonl"]);
    expect(jsonl).toMatchObject({ code: 2, stdout: "" });
    expect(jsonl.stderr).toContain(
      "--jsonl is for --watch.\n  One document of how it stands now: almanac show 1 --json",
    );
    const entry = await home.almanac(["show", "last-entry:worker:t::", "--watch"]);
    expect(entry).toMatchObject({ code: 2, stdout: "" });
    expect(entry.stderr).toContain("--watch: last-entry:worker:t:: is an entry of the history, which does not change.");
  });
});

describe("show --watch", () => {
  test("is drawn anew in place to the end of the work request, which stays there", async () => {
    const id = await submit("--manual", "--fail-on", "any", "--", "no-such-command");
    const shown = startOnTerminal(home, ["show", "--watch", "--exit-status", id]);
    await shown.sees(new RegExp(`#${id} no-such-command  ○ blocked`));
    await home.almanac(["unblock", id]);
    expect(await shown.code).toBe(3);
    const left = shown.written().slice(shown.written().lastIndexOf("\u001b[J"));
    expect(left).toMatch(new RegExp(`#${id} no-such-command  ▲ error`));
    expect(left).toContain(`/r/${id}`);
    expect(shown.written()).not.toContain(ALTERNATE_SCREEN);
  });

  test("is one line for each change without a terminal, and ends with 0 unless its end is asked for", async () => {
    const id = await submit("--manual", "--fail-on", "any", "--", "false");
    const shown = startInterruptible(home, ["show", "--watch", id]);
    await shown.said(/○ blocked/);
    await home.almanac(["unblock", id]);
    expect(await shown.code).toBe(0);
    expect(shown.stdout()).toMatch(new RegExp(`Z  ✕ failure #${id} false after .*exit code 1`));
  });
});
