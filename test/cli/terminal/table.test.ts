import * as fc from "fast-check";
import { anyText } from "../../history/any-text.ts";
import { describe, expect, it } from "vitest";
import { renderTable, type Column } from "../../../src/cli/terminal/table.ts";
import { displayWidth } from "../../../src/cli/terminal/width.ts";
import { pipe, terminal } from "./records.ts";

type Row = { id: number; name: string; note: string };

const columns: Column<Row>[] = [
  { header: "ID", align: "right", cell: ({ id }) => String(id) },
  { header: "NAME", cell: ({ name }) => ({ text: name, style: "strong", link: "http://x.example/" }), shrinkTo: 6 },
  { header: "MORE", cell: () => "more", isWideOnly: true },
  { header: "NOTE", cell: ({ note }) => note, full: ({ note }) => `full ${note}`, shrinkTo: 4 },
];

const rows: Row[] = [
  { id: 5122, name: "a-rather-long-name", note: "and a note that is longer still" },
  { id: 7, name: "日本語", note: "" },
];

describe("a table", () => {
  it("is aligned under its header on a terminal, without spaces at the ends", () => {
    expect(renderTable(columns, rows, terminal())).toBe(
      [
        "  ID  NAME                NOTE",
        "5122  a-rather-long-name  and a note that is longer still",
        "   7  日本語",
        "",
      ].join("\n"),
    );
  });

  it("is shortened to the width, the widest column first", () => {
    expect(renderTable(columns, rows, terminal({ columns: 32 }))).toBe(
      ["  ID  NAME          NOTE", "5122  a-rather-lo…  and a note …", "   7  日本語", ""].join("\n"),
    );
  });

  it("is not shortened with --wide, and has all columns", () => {
    expect(renderTable(columns, rows, terminal({ columns: 32 }), { isWide: true, hasHeader: false, indent: 2 })).toBe(
      [
        "  5122  a-rather-long-name  more  and a note that is longer still",
        "     7  日本語              more",
        "",
      ].join("\n"),
    );
  });

  it("has tabs, all columns and full values for programs, and no header", () => {
    expect(renderTable(columns, rows, pipe)).toBe(
      ["5122\ta-rather-long-name\tmore\tfull and a note that is longer still", "7\t日本語\tmore\tfull ", ""].join("\n"),
    );
  });

  it("has no lines without rows", () => {
    expect(renderTable(columns, [], terminal())).toBe("");
  });

  it("paints and links without losing its alignment", () => {
    const text = renderTable(columns, rows.slice(1), terminal({ hasColour: true, hasLinks: true }), {
      hasHeader: false,
    });
    expect(text).toBe("7  \u001b]8;;http://x.example/\u001b\\\u001b[1m日本語\u001b[22m\u001b]8;;\u001b\\\n");
  });

  it("keeps a row a row, whatever stands in it", () => {
    const hostile = [{ id: 1, name: "a\nb\t\u001b[2J", note: "\r" }];
    expect(renderTable(columns, hostile, pipe)).toBe("1\ta\\nb\\t\\x1b[2J\tmore\tfull \\r\n");
    fc.assert(
      fc.property(anyText, anyText, (name, note) => {
        const line = renderTable(columns, [{ id: 1, name, note }], pipe);
        expect(line.split("\n").length).toBe(2);
        expect(line.split("\t").length).toBe(4);
      }),
    );
  });

  it("is never wider than the terminal while its columns can be shortened", () => {
    const texts = fc.array(fc.record({ id: fc.nat(99), name: fc.string(), note: fc.string() }), { minLength: 1 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 20, max: 80 }), (many, width) => {
        for (const line of renderTable(columns, many, terminal({ columns: width })).split("\n")) {
          expect(displayWidth(line)).toBeLessThanOrEqual(width);
        }
      }),
    );
  });
});
