import { describe, expect, it } from "vitest";
import { renderHistory } from "../../../src/cli/terminal/history-view.ts";
import type { HistoryEntry } from "../../../src/domain/history.ts";
import { ago, allocationOf, GIB, pipe, requestId, runIdOf, terminal } from "./records.ts";

const DAY = 86_400;

/** Sixty runs, newest first: memory rises at the 41st; some fail. Made by rule, so that every run of the test is the same. */
const entries: HistoryEntry[] = Array.from({ length: 60 }, (_, index): HistoryEntry => {
  const memory = Math.round((index < 40 ? 2.3 : 3.4) * GIB * (1 + ((index * 37) % 11) / 60));
  const isFailed = index % 17 === 5;
  const isLost = index === 30;
  return {
    id: index + 1,
    work_request_id: requestId(9821 + index),
    run_id: runIdOf(`${9821 + index}.1`),
    task_type: "worker",
    task_name: "build",
    subject: "gcc",
    context: "bookworm/amd64",
    completed_at: ago((60 - index) * DAY),
    result: isLost ? "error" : isFailed ? "failure" : "success",
    outcome: isLost ? { kind: "worker_lost" } : { kind: "exited", code: isFailed ? 2 : 0 },
    runtime_statistics: { duration: 600 + index, cpu_time: 2400, memory },
    lower_bounds: isLost ? ["memory"] : [],
    allocation: allocationOf((index < 45 ? 3 : 5) * GIB),
    worker_name: index % 2 === 0 ? "w-04" : "w-09",
    trusted: index !== 58,
  };
}).toReversed();

const key = { task_name: "build", subject: "gcc" };

describe("almanac history", () => {
  it("plots a figure over the runs, with what was reserved, what failed and where it changed", () => {
    const changes = [{ entry_id: 41, from: 2.4 * GIB, to: 3.55 * GIB }];
    expect(renderHistory(entries, { ...key, mode: "plot", metric: "memory", changes }, terminal()))
      .toMatchInlineSnapshot(`
      "  4.8G ┤                                                          ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄  reserved 5.0G
        4.5G ┤
        4.2G ┤
        3.8G ┤                                                    ⠄⠁  ⠄  ⠐  ⡀⠈  ⠄⠈  ⠄   ⠂ ⢀  p95 3.9G
        3.5G ┤                                                      ⠈  ⠄⠈  ⠄   ⠂  ⠈  ⠠✕  ⠄
        3.1G ┤┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
        2.8G ┤      ✕   ⢀         ⢀   ⢀          ⡀   ▲         ⢀
        2.5G ┤⡀⠠⠈ ⡀⠂  ⡀⠂ ⠠ ⠁⢀⠠ ⠁⡀⠐  ⡀⠐  ⠄⠁✕ ⠄⠁⢀⠐  ⢀⠐  ⠄⠈ ⡀⠄⠈⢀ ⠂ ✕                            p50 2.6G
              ▁▁▂ ▁▁▂ ▁▂▂▁ ▂▁▁ ▂▁▁▂ ▁▂▂ ▁▂▁ ▁▂▁▁ ▂▁▂ ▂▁▂ ▁▁▂▁ ▁▂▁ ◆█▇ █▆▇█ ▆▇█ ▆▇█▇ █▆▇ █▆▇
              2026-09-23                                                         2026-11-21
              ◆ #9861 +1.1G (+48 %), 2026-11-02
        60 runs · memory p50 2.6G · p95 3.9G · max 4.0G · 4 failed (6.7 %), 1 infrastructure
      "
    `);
  });

  it("plots with ASCII and in colour", () => {
    const surface = terminal({ hasUnicode: false, columns: 70 });
    expect(renderHistory(entries, { ...key, mode: "plot", metric: "duration" }, surface)).toMatchInlineSnapshot(`
      "  10m55s |                         ::x:  ^ reserved 1h00m | p95 10m56s
        10m48s |                     .:::
        10m41s |                  :x::
        10m33s |              !:::             p50 10m30s
        10m26s |           :::.
        10m18s |       :::x
        10m11s |    :::.
        10m04s |::x:
                ____...----===++++***%%%%####
                2026-09-23         2026-11-21
        60 runs | duration p50 10m30s | p95 10m56s | max 10m59s | 4 failed (6.7 %), 1 infrastructure
      "
    `);
    const painted = renderHistory(entries, { ...key, mode: "plot" }, terminal({ hasColour: true }));
    expect(painted).toContain("\u001b[31m✕\u001b[39m");
    expect(painted).toContain("\u001b[33m▲\u001b[39m");
  });

  it("shows how a figure is distributed", () => {
    expect(renderHistory(entries, { ...key, mode: "hist" }, terminal({ columns: 80 }))).toMatchInlineSnapshot(`
      "  2.3G–2.5G  ████████████████████████████████ 23 ✕ 2
        2.5G–2.7G  ██████████████████████▎ 16 ✕ 1           p50 2.6G
        2.7G–2.9G   0
        2.9G–3.1G   0
        3.1G–3.3G   0
        3.3G–3.6G  ███████ 5
        3.6G–3.8G  ███████████▏ 8 ✕ 1
        3.8G–4.0G  █████████▊ 7                             p95 3.9G · ↑ reserved 5.0G
        1 run that was cut short not counted
        60 runs · memory p50 2.6G · p95 3.9G · max 4.0G · 4 failed (6.7 %), 1 infrastructure
      "
    `);
  });

  it("lists the runs, newest first, with a summary", () => {
    expect(renderHistory(entries.slice(0, 4), { ...key, mode: "list" }, terminal())).toMatchInlineSnapshot(`
      "ENDED      RUN     RESULT     CONTEXT         DURATION     CPU  MEMORY  DISK  WORKER  NOTE
      1d00h ago  9880.1  ✓ success  bookworm/amd64    10m59s  40m00s    3.7G     –  w-09
      2d00h ago  9879.1  ✓ success  bookworm/amd64    10m58s  40m00s    3.5G     –  w-04    untrusted
      3d00h ago  9878.1  ✓ success  bookworm/amd64    10m57s  40m00s    3.9G     –  w-09
      4d00h ago  9877.1  ✕ failure  bookworm/amd64    10m56s  40m00s    3.6G     –  w-04    exit code 2
        4 runs · 1 failed (25 %)
        duration p50 10m58s · p95 10m59s · max 10m59s
        memory p50 3.7G · p95 3.8G · max 3.9G
      "
    `);
  });

  it("lists for programs with all columns, in seconds and bytes", () => {
    expect(renderHistory(entries.slice(28, 30), { ...key, mode: "list" }, pipe)).toBe(
      [
        "2026-10-24T12:00:00.000Z\t9852.1\tsuccess\tgcc\tbookworm/amd64\t631\t2400\t2593086505\t\tw-09\t",
        "2026-10-23T12:00:00.000Z\t9851.1\terror\tgcc\tbookworm/amd64\t630\t2400\t2881207228\t\tw-04\tworker lost",
        "",
      ].join("\n"),
    );
  });

  it("says that there is nothing, to people", () => {
    expect(renderHistory([], { ...key, mode: "plot" }, terminal())).toBe(
      "No finished runs of build gcc are known yet.\n",
    );
    expect(renderHistory([], { ...key, mode: "list" }, pipe)).toBe("");
    expect(renderHistory(entries, { ...key, mode: "plot", metric: "disk_space" }, terminal())).toBe(
      "None of 60 runs of build gcc has a figure for disk_space.\n",
    );
  });

  it("plots a single run", () => {
    expect(renderHistory(entries.slice(0, 1), { ...key, mode: "plot" }, terminal({ columns: 60 })))
      .toMatchInlineSnapshot(`
      "  4.9G ┤┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄  reserved 5.0G
        4.8G ┤
        4.6G ┤
        4.4G ┤
        4.3G ┤
        4.1G ┤
        3.9G ┤
        3.8G ┤⡀                                p95 3.7G · p50 3.7G
              ▁
              2026-11-21
        1 run · memory p50 3.7G · p95 3.7G · max 3.7G · none failed
      "
    `);
  });

  it("neutralises what a name could do to the terminal", () => {
    const hostile = [{ ...entries[0]!, worker_name: "w\u001b[2J", subject: "a\nb" }];
    expect(renderHistory(hostile, { task_name: "build", mode: "list" }, terminal())).not.toContain("\u001b");
    expect(renderHistory([], { task_name: "\u001b[2J", mode: "list" }, terminal())).not.toContain("\u001b");
  });
});
