import { describe, expect, it } from "vitest";
import { parseAction, reactionsInput, targetOf } from "../../src/contract/reactions.ts";
import { firstReactions } from "../../src/domain/reaction.ts";

describe("an action", () => {
  it.each([
    ["https://example.org/hook?a=1", { kind: "webhook", url: "https://example.org/hook?a=1", host: "example.org" }],
    ["http://10.0.0.1:8080", { kind: "webhook", url: "http://10.0.0.1:8080", host: "10.0.0.1:8080" }],
    ["mailto:team@example.org", { kind: "email", address: "team@example.org" }],
    ["command:/usr/bin/page --team x", { kind: "command", argv: ["/usr/bin/page", "--team", "x"] }],
  ])("%s is taken apart", (text, action) => {
    expect(parseAction(text)).toEqual(action);
  });

  it.each([
    "ftp://example.org/",
    "https://user:password@example.org/",
    "https://example.org/a b",
    "https://",
    "mailto:team@example.org?bcc=other@example.org",
    "mailto:a@b,c@d",
    "mailto:team@example.org\r\nBcc: other@example.org",
    "command:",
    "command: ",
    "command:a\nb",
    `https://example.org/${"x".repeat(2000)}`,
    "",
  ])("%j is none", (text) => {
    expect(parseAction(text)).toBeUndefined();
  });

  it("is named without the path of its webhook, which may be a secret", () => {
    expect(targetOf("https://hooks.example.org:8443/T0/B0/secret")).toBe("https://hooks.example.org:8443");
    expect(targetOf("mailto:a@b")).toBe("mailto:a@b");
  });
});

describe("reactions", () => {
  it("are those of the first who says something, for each kind", () => {
    const request = { on_failure: [], on_fixed: ["mailto:me@b"] };
    const task = { on_failure: ["mailto:a@b"], on_drift: ["mailto:c@d"] };
    expect(firstReactions(request, undefined, task)).toEqual({ ...request, on_drift: ["mailto:c@d"] });
  });

  it("are refused when there are too many, or unknown ones", () => {
    expect(reactionsInput.safeParse({ on_failure: Array(11).fill("mailto:a@b") }).success).toBe(false);
    expect(reactionsInput.safeParse({ on_monday: [] }).success).toBe(false);
    expect(reactionsInput.parse({ on_failure: ["mailto:a@b"] })).toEqual({ on_failure: ["mailto:a@b"] });
  });
});
