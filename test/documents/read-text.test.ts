import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { readText, type ReadOptions } from "../../src/documents/read-text.ts";
import { submissionOf } from "../../src/documents/submission-of.ts";

async function documentsIn(text: string, options?: ReadOptions): Promise<unknown[]> {
  const read = await readText(text, options);
  if (!read.ok) throw new Error(`${JSON.stringify(read.mistake)} in ${text}`);
  return read.documents;
}

async function mistakeIn(text: string, options?: ReadOptions): Promise<string> {
  const read = await readText(text, options);
  if (read.ok) return `read: ${JSON.stringify(read.documents)}`;
  const { place, what, reason } = read.mistake;
  return `${place === undefined ? "-" : `${place.line}:${place.column}`} ${what}: ${reason}`;
}

/** Any value of JSON; the zero that JSON writes without its sign has none. */
const anyValue = fc.jsonValue({ maxDepth: 4 }).map((value): unknown => JSON.parse(JSON.stringify(value)));

describe("a text", () => {
  it("of any value reads the same in each notation, by its look too", () =>
    fc.assert(
      fc.asyncProperty(anyValue, async (value) => {
        const json = JSON.stringify(value);
        expect(await documentsIn(json, { notation: "json" })).toEqual([value]);
        expect(await documentsIn(json, { notation: "json lines" })).toEqual([value]);
        for (const style of ["PLAIN", "QUOTE_DOUBLE", "QUOTE_SINGLE"] as const) {
          expect(await documentsIn(stringify(value, { defaultStringType: style }), { notation: "yaml" })).toEqual([
            value,
          ]);
        }
        const text = stringify({ task_data: value });
        expect(await documentsIn(text)).toEqual([{ task_data: value }]);
        expect(await documentsIn(text.replaceAll("\n", "\r\n"))).toHaveLength(1);
      }),
    ));

  it("that is anything at all is read, or refused with a reason, and nothing is thrown", () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc
            .array(fc.constantFrom(..."&a *a !!set [{]}:,-?|>#'\"%YAML \n\t".split(" "), "\n", " ", "a", "1"), {
              maxLength: 40,
            })
            .map((parts) => parts.join("")),
        ),
        async (text) => {
          const read = await readText(text);
          const documents: unknown = read.ok ? read.documents : [read.mistake.reason];
          expect(JSON.parse(JSON.stringify(documents))).toEqual(documents);
        },
      ),
    ));

  it("of several documents is several, and a submission of one, of several or of a list is the same", async () => {
    const several = [
      "a: 1\n---\na: 2\n",
      '{"a": 1}\n\n{"a": 2}\r\n',
      "- a: 1\n- a: 2\n",
      "work_requests: [{a: 1}, {a: 2}]",
    ];
    for (const text of several) {
      const read = await readText(text);
      expect(read.ok && submissionOf(read)).toMatchObject({ ok: true, body: { work_requests: [{ a: 1 }, { a: 2 }] } });
    }
    const found = async (text: string) => {
      const read = await readText(text);
      return read.ok && submissionOf(read);
    };
    expect(await found("just text")).toEqual({ ok: false, found: "a string" });
    expect(await found("# only a remark")).toEqual({ ok: false, found: "nothing" });
    expect(await found("null")).toEqual({ ok: false, found: "nothing" });
  });

  it.each([
    ["a: !mine 1", "1:4 YAML that is not read here: Unresolved tag: !mine"],
    ["a: 1\nb: !!binary aGk=", "2:13 YAML that is not read here: the tag tag:yaml.org,2002:binary is not known"],
    ["a: !!set {b, c}", "1:10 YAML that is not read here: the tag tag:yaml.org,2002:set is not known"],
    ["a: .nan", "1:4 YAML that is not read here: .nan is no number of JSON"],
    ["a: [1, -.inf]", "1:8 YAML that is not read here: -.inf is no number of JSON"],
    ["%YAML 1.1\n---\na: yes", "1:1 YAML that is not read here: it calls itself YAML 1.1, and only 1.2 is read"],
    ["%YAML 3.0\n---\na: yes", "1:7 YAML that is not read here: Unsupported YAML version 3.0"],
    [
      "subject: {{ name }}",
      "1:11 YAML that is not read here: the name of a field is a list or an object; a text that begins with { or [ stands in quotes",
    ],
    ["a: *b", "1:4 YAML that is not read here: no anchor before it is called b"],
    ["a: &b [*b]", "1:8 YAML that is not read here: *b holds itself"],
    ["a: &b c\n*b : 1", "2:1 YAML that is not read here: an alias is the name of a field"],
    ["a: 1\nb: {c: 1, c: 2}", "2:11 not YAML: Map keys must be unique"],
    [
      "a: 1\n---\nb: [",
      "3:5 not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
    ['{"a": 1,\n "b": }', "2:7 not JSON: Unexpected token '}'"],
  ])("that is %j is refused at its place", async (text, expected) => {
    expect(await mistakeIn(text)).toBe(expected);
  });

  it("that is there to do harm is refused", async () => {
    const levels = Array.from({ length: 9 }, (_, n) => `x${n + 1}: &x${n + 1} [${`*x${n},`.repeat(9)}]`);
    expect(await mistakeIn(`x0: &x0 [a]\n${levels.join("\n")}\n`)).toMatch(/^2:10 .*: Excessive alias count/);
    const large = `a: &a ${"x".repeat(50_000)}\nb:${"\n- *a".repeat(990)}`;
    expect(await mistakeIn(large)).toMatch(/^3:3 .*: its aliases make more than 32 MiB of it$/);
    const many = `a: &a 1\nb:${"\n- *a".repeat(1001)}`;
    expect(await mistakeIn(many)).toMatch(/^1003:3 .*: there are more than 1000 aliases$/);
    expect(await mistakeIn("- ".repeat(20_000))).toMatch(/: it is nested too deeply$/);
    expect(await mistakeIn(`a: ${"[".repeat(20_000)}${"]".repeat(20_000)}`)).toMatch(/: it is nested too deeply$/);
    expect(await mistakeIn("a: longer", { mostYaml: 5 })).toBe(
      "- YAML that is not read here: it has 9 characters, and at most 5 are read; as JSON it may be longer",
    );
    expect(await documentsIn('["longer"]', { mostYaml: 5 })).toEqual([["longer"]]);
  });
});
