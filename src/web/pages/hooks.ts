import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import type { Hook, HookCall } from "../../domain/hook.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { mayDo } from "../parts/actions.ts";
import {
  automationPages,
  becameLabel,
  becameText,
  forgetPart,
  linesPart,
  submissionPart,
} from "../parts/automation.ts";
import { commandLine, guideLink } from "../parts/links.ts";
import { table, type Row } from "../parts/table.ts";
import { ago, moment } from "../parts/time.ts";
import { hookForm, type SentHook } from "./hook-form.ts";

/** What the list of hooks shows, and of which requests it names those are still kept. */
export type HooksData = {
  now: Timestamp;
  hooks: readonly Hook[];
  kept: ReadonlySet<number>;
  /** The form for a new one, as it was sent. */
  sent?: SentHook;
};

/** What the page of one hook shows. */
export type HookData = {
  now: Timestamp;
  hook: Hook;
  /** Newest first. */
  calls: readonly HookCall[];
  kept: ReadonlySet<number>;
  /** The form that changes it, as it was sent. */
  sent?: SentHook;
  /** Its secret, when it was made just now. */
  secret?: string;
};

/** Addresses at which other programs have work submitted. */
export function hooksPage(frame: Frame, { now, hooks, kept, sent }: HooksData): string {
  const { root } = frame;
  const rows = hooks.map(({ name, only_if, last_call: last, created_by }): Row => ({
    key: name,
    cells: [
      e("a", { href: `${root}hooks/${name}` }, name),
      conditionText(only_if),
      last === null ? "never" : ago(last.received_at, now),
      last === null ? "" : e("span", {}, becameLabel(last), " ", becameText(root, last, kept)),
      created_by,
    ],
  }));
  const form = mayDo(frame, "admin")
    ? hookForm(frame, { ...(sent !== undefined && { sent }), isOpen: hooks.length === 0 })
    : null;
  return renderPage(
    frame,
    { title: "Hooks", place: "hooks" },
    automationPages(frame, "hooks"),
    e("p", { class: "lead" }, sentence(hooks)),
    sent === undefined ? null : form,
    hooks.length === 0
      ? e(
          "p",
          {},
          "A hook has work submitted when another program, such as GitHub, calls it. This page will show what each call came to.",
          guideLink(root, "guide/hooks", "Hooks"),
        )
      : table(
          "Hooks, by name",
          [
            { name: "Hook", look: "name" },
            { name: "Only if", look: "name" },
            "Last call",
            { name: "What came of it", look: "wide" },
            "By",
          ],
          rows,
        ),
    sent === undefined ? form : null,
    e("h2", {}, "The same elsewhere"),
    ...(hooks.length === 0 ? [] : [commandLine("hook ls")]),
    commandLine("hook add on-push build.yaml --only-if ref=refs/heads/main"),
    e("p", {}, e("a", { href: `${root}api/v1/hooks` }, "As JSON"), " from the API."),
  );
}

function sentence(hooks: readonly Hook[]): string {
  if (hooks.length === 0) return "No hook was made yet.";
  const called = hooks.filter(({ last_call }) => last_call !== null).length;
  const refused = hooks.filter(({ last_call }) => last_call?.kind === "refused").length;
  const count = hooks.length === 1 ? "1 hook" : `${hooks.length} hooks`;
  return `${count}; ${called} ${called === 1 ? "was" : "were"} called so far${refused === 0 ? "" : `, ${refused} refused the last call`}.`;
}

/** One hook: what it listens for, how to call it, what it submits, and what became of its calls. */
export function hookPage(frame: Frame, { now, hook, calls, kept, sent, secret }: HookData): string {
  const { name, only_if, created_by, created_at } = hook;
  const form = mayDo(frame, "admin") ? hookForm(frame, { hook, ...(sent !== undefined && { sent }) }) : null;
  return renderPage(
    frame,
    { title: `Hook ${name}`, place: "hooks" },
    secret === undefined ? null : secretPart(secret),
    e("p", { class: "lead", role: "status" }, ...standing(frame.root, hook, kept, now)),
    e(
      "p",
      {},
      `It is for ${conditionText(only_if)}. Made by ${created_by} `,
      ago(created_at, now),
      ", in whose name it submits.",
    ),
    sent === undefined ? null : form, // what came of it is seen without scrolling
    e("h2", { id: "calls" }, "What became of its calls"),
    calls.length === 0
      ? e("p", { class: "quiet" }, "Nobody has called it yet.")
      : table(
          "Calls, newest first",
          ["Received", "What came of it", { name: "More", look: "wide" }],
          calls.map((call, index): Row => ({
            key: `${call.received_at} ${index}`,
            cells: [moment(call.received_at), becameLabel(call), becameText(frame.root, call, kept)],
          })),
        ),
    ...signing(name),
    ...submissionPart(hook.submission),
    sent === undefined ? form : null,
    mayDo(frame, "admin")
      ? forgetPart(frame, { to: `hooks/${name}/remove`, word: `Forget ${name}`, command: `hook rm ${name}` })
      : null,
    e("h2", {}, "The same elsewhere"),
    commandLine(`hook show ${name}`),
    e("p", {}, e("a", { href: `${frame.root}api/v1/hooks/${name}` }, "As JSON")),
  );
}

function standing(root: string, { last_call: last }: Hook, kept: ReadonlySet<number>, now: Timestamp) {
  if (last === null) return ["Nobody has called it yet."];
  return [
    "The last call came ",
    ago(last.received_at, now),
    ": ",
    becameLabel(last),
    " ",
    becameText(root, last, kept),
    ".",
  ];
}

function secretPart(secret: string): VNode {
  return e(
    "div",
    { class: "card", role: "status" },
    e("p", {}, "It was made. This is the secret that calls are signed with; it is shown this once:"),
    linesPart("The secret", [secret]),
  );
}

/** How another program calls it, as somebody would try it by hand. */
function signing(name: string): VNode[] {
  const lines = [
    `signature=$(printf %s "$body" | openssl dgst -sha256 -hmac "$ALMANAC_HOOK_SECRET" | sed 's/.*= *//')`,
    `curl -H 'content-type: application/json' -H "X-Hub-Signature-256: sha256=$signature" \\`,
    `  -d "$body" "$ALMANAC_URL/hooks/${name}"`,
  ];
  return [
    e("h2", { id: "signing" }, "How to call it"),
    e(
      "p",
      {},
      "A POST of JSON to ",
      e("code", {}, `hooks/${name}`),
      ", below the address of this server, signed with the secret that was shown when it was made: in GitHub's settings the address, the content type application/json and the secret are all. Standard Webhooks' headers are understood as well. By hand:",
    ),
    linesPart("A signed call", lines),
  ];
}

function conditionText(only_if: Record<string, string>): string {
  const conditions = Object.entries(only_if).map(([path, pattern]) => `${path}=${pattern}`);
  return conditions.length === 0 ? "any call" : conditions.join(" ");
}
