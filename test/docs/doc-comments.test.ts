import { describe, expect, it } from "vitest";
import { readFile } from "../../docs/reference/generate/declarations.ts";
import { docComments } from "../../docs/reference/generate/doc-comments.ts";

/** The comments of one file, and of one that it imports from. */
function commentsOf(text: string, imported = "") {
  const files = [
    ["a.ts", readFile("a.ts", text)],
    ["b.ts", readFile("b.ts", imported)],
  ] as const;
  return docComments(new Map(files));
}

describe("the comment of a field", () => {
  const TWO_WEEKS = `
    /** One. */
    export type First = {
      /** How its runs ended. */
      week: { runs: number; /** In error. */ errors: number };
    };
    export type Second = {
      now: string;
      week: { runs: number };
    };`;

  it("is that of the field of that type, and none where it has none", () => {
    const comments = commentsOf(TWO_WEEKS);
    expect(comments.of("First")).toBe("One.");
    expect(comments.ofField(["First"], ["week"])).toBe("How its runs ended.");
    expect(comments.ofField(["First"], ["week", "errors"])).toBe("In error.");
    expect(comments.ofField(["Second"], ["week"])).toBeUndefined();
    expect(comments.ofField(["Second"], ["week", "errors"])).toBeUndefined();
  });

  it("is found through lists, options, intersections, parts and records, in other files too", () => {
    const comments = commentsOf(
      `import type { Amount, Span as _ } from "./b.ts";
      import { type Named } from "./b.ts";
      export type Whole = Named & {
        all: readonly Amount[] | null;
        some?: Partial<Pick<Amount, "bytes">>;
        /** By name. */
        each: Record<"memory" | "disk", Amount>;
        same: Whole["all"];
        any: { [name: string]: { /** Of any. */ deep: number } };
      };`,
      `export type Amount = { /** How much. */ bytes: number; /** Whence. */ source: "request" | "task" };
      export type Named = { /** Unique. */ name: string };`,
    );
    const of = (...path: string[]) => comments.ofField(["Whole"], path);
    expect(of("name")).toBe("Unique.");
    expect(of("all", "bytes")).toBe("How much.");
    expect(of("some", "bytes")).toBe("How much.");
    expect(of("each")).toBe("By name.");
    expect(of("each", "memory")).toBeUndefined();
    expect(of("each", "memory", "source")).toBe("Whence.");
    expect(of("same", "bytes")).toBe("How much.");
    expect(of("any", "x", "deep")).toBe("Of any.");
  });

  it("is that of its form of a union", () => {
    const comments = commentsOf(`export type End = { at: string } & (
      | { kind: "out_of_memory"; /** Bytes. */ limit: number }
      | { kind: "timed_out"; /** Seconds. */ limit: number }
      | { kind: "exited"; code: number }
    );`);
    expect(comments.ofField(["End"], ["limit"], { kind: "timed_out" })).toBe("Seconds.");
    expect(comments.ofField(["End"], ["limit"], { kind: "out_of_memory" })).toBe("Bytes.");
    expect(comments.ofField(["End"], ["limit"], { kind: "exited" })).toBeUndefined();
  });

  it("is found in schemas: through their methods, what is spread into them, and functions that make them", () => {
    const comments = commentsOf(
      `import { row, page, listOf } from "./b.ts";
      const params = z.strictObject({ /** Its number. */ id: z.int() });
      export const calls = {
        list: route({
          path: "/x/:id",
          query: z.strictObject({
            ...page,
            /** A pattern. */
            like: z.string().regex(/^[\\w{}"'-]{1,9}$/, { error: "{" }).optional(),
          }),
          response: listOf(row.omit({ secret: true })),
        }),
        one: route({ params, response: z.object({ row: row.nullable() }) }),
      } as const;
      export const all = { ...calls, again: calls.one };`,
      `export const page = { /** How many. */ limit: z.int().default(100) };
      export const row = recordOf<Row>()(z.object({ id: z.int(), name: z.string() }));
      export type Row = { /** Counted up. */ id: number; name: string };
      export function listOf<Item extends z.ZodType>(item: Item) {
        return z.object({ /** In order. */ items: z.array(item), next: z.string() });
      }`,
    );
    const of = (start: string[], ...path: string[]) => comments.ofField(["all", ...start], path);
    expect(of(["list", "query"], "limit")).toBe("How many.");
    expect(of(["list", "query"], "like")).toBe("A pattern.");
    expect(of(["list", "response"], "items")).toBe("In order.");
    expect(of(["list", "response"], "items", "id")).toBe("Counted up.");
    expect(of(["list", "response"], "items", "name")).toBeUndefined();
    expect(of(["again", "response"], "row", "id")).toBe("Counted up.");
    expect(of(["one", "params"], "id")).toBe("Its number.");
    expect(of(["one", "response"], "items")).toBeUndefined();
  });
});
