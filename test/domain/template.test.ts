import { describe, expect, it } from "vitest";
import { fillTemplate, partAt } from "../../src/domain/template.ts";

const PUSH = { ref: "refs/heads/main", commits: [{ id: "abc", size: 3 }], forced: false, after: null };

describe("a template", () => {
  it("takes a part as it is where it is all of a text, and as text within one", () => {
    const template = {
      a: "{{ref}}",
      b: ["{{ commits.0.size }}"],
      c: "at {{commits.0.id}} of {{ ref }}",
      d: "{{commits}}",
      e: 7,
    };
    expect(fillTemplate(template, PUSH)).toEqual({
      ok: true,
      value: { a: "refs/heads/main", b: [3], c: "at abc of refs/heads/main", d: PUSH.commits, e: 7 },
    });
  });

  it("names all parts that are not there, or cannot stand in a text", () => {
    const template = ["{{nobody}}", "x{{commits}}", "{{commits.1.id}}", "{{after.x}}", "{{ref}}"];
    expect(fillTemplate(template, PUSH)).toEqual({
      ok: false,
      missing: ["nobody", "commits", "commits.1.id", "after.x"],
    });
  });

  it("puts what is sent nowhere else: a place in it is text", () => {
    expect(fillTemplate("{{ref}}", { ref: "{{ref}}" })).toEqual({ ok: true, value: "{{ref}}" });
    expect(fillTemplate("a $& {{ref}}", { ref: "$&" })).toEqual({ ok: true, value: "a $& $&" });
  });

  it("sees only what was sent", () => {
    expect(partAt(PUSH, "constructor")).toBeUndefined();
    expect(partAt(PUSH, "__proto__.x")).toBeUndefined();
    expect(partAt(PUSH, "ref.length")).toBeUndefined();
  });
});
