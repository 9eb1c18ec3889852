import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import { formatShare } from "../../domain/units.ts";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import { action } from "../parts/actions.ts";
import { commandLine, quoted, workerLink } from "../parts/links.ts";
import { table, type Row } from "../parts/table.ts";
import { ago, moment } from "../parts/time.ts";
import { typed, typedCommand } from "../parts/typed-command.ts";

/** What tokens people make, from what may least. */
export const MADE_SCOPES = ["read", "submit", "admin", "join"] as const;
const SCOPE_WORDS: Record<(typeof MADE_SCOPES)[number], string> = {
  read: "read: see everything",
  submit: "submit: ask for work as well",
  admin: "admin: everything",
  join: "join: become a worker, once",
};

/** How the command asks for each. */
const SCOPE_OPTIONS: Record<(typeof MADE_SCOPES)[number], string> = {
  read: "--scope read",
  submit: "--scope submit",
  admin: "--scope admin",
  join: "--worker",
};

/** A token without its secret. */
export type ShownToken = {
  id: number;
  name: string;
  scope: string;
  worker_name: string | null;
  created_at: Timestamp;
  expires_at: Timestamp | null;
  last_used_at: Timestamp | null;
  max_share: number | null;
  opened_with: number | null;
};

/** A token that was made just now, and the address at which its user reaches the server: the browser's own. */
export type MadeToken = { token: ShownToken; secret: string; url: string };

type TokenData = {
  tokens: readonly ShownToken[] | undefined;
  made: MadeToken | undefined;
  now: Timestamp;
};

/** Where the row of a token is on the page of settings. */
export function tokenAnchor(id: number): string {
  return `token-${id}`;
}

/** Who may call the server; for administrators. */
export function tokensPart(frame: Frame, { tokens, made, now }: TokenData): (VNode | null)[] {
  const who = e("p", {}, whoText(frame));
  if (tokens === undefined) return [who, e("p", {}, "Only who signed in with an admin token sees them.")];
  return [
    who,
    ...alikePart(tokens),
    made === undefined ? null : secretPart(made),
    table(
      "Tokens",
      [
        "Number",
        { name: "Name", look: "name" },
        "May",
        "Made",
        "Last used",
        "Ends",
        { name: "Most of all workers", look: "number" },
        "End it",
      ],
      tokens.map((token) => rowOf(frame, token, now)),
    ),
    e("p", { class: "quiet" }, "Who revokes a token ends the sessions in browsers that were opened with it, at once."),
    e("h3", {}, "Make one"),
    form(frame),
  ];
}

/** What stands for users and roles, and who reads. */
function whoText({ person }: Frame): string {
  const you = person === undefined ? "" : ` You are ${person.name}, with the scope ${person.scope}.`;
  return `There are no accounts: a token is a person, a program or a worker. Its name is who they are in all that they do, and its scope what they may.${you}`;
}

/** Names that several people or programs share: what they do cannot be told apart. */
function alikePart(tokens: readonly ShownToken[]): VNode[] {
  const own = tokens.filter(({ opened_with, worker_name }) => opened_with === null && worker_name === null);
  return [...Map.groupBy(own, ({ name }) => name)].flatMap(([name, alike]) =>
    alike.length === 1
      ? []
      : [
          e(
            "p",
            { class: "warning" },
            `Tokens ${alike.map(({ id }) => id).join(", ")} are all called ${name}: what is done with them is told apart by their numbers only.`,
          ),
        ],
  );
}

function secretPart({ token, secret, url }: MadeToken): VNode {
  const at = `--url ${quoted(url)}`;
  const use =
    token.scope === "join"
      ? [e("p", {}, "On the machine that is to do the work:"), commandLine(`worker ${at} --join ${secret}`)]
      : [e("p", {}, "With it, from any machine:"), commandLine(`ls ${at}`, { token: secret })];
  return e(
    "div",
    { class: "card", role: "status" },
    e("p", {}, `The secret of token ${token.id}, ${token.name}, is shown this once:`),
    e("pre", { tabIndex: 0, "aria-label": "Secret" }, secret),
    ...use,
  );
}

function rowOf(frame: Frame, token: ShownToken, now: Timestamp): Row {
  const { id, name, scope, worker_name, created_at, expires_at, last_used_at, max_share, opened_with } = token;
  const what = opened_with === null ? name : `${name} (a browser, by token ${opened_with})`;
  return {
    key: String(id),
    cells: [
      e("span", { id: tokenAnchor(id) }, String(id)),
      worker_name === null ? what : workerLink(frame.root, worker_name),
      scope,
      ago(created_at, now),
      last_used_at === null ? "never" : ago(last_used_at, now),
      expires_at === null ? "never" : moment(expires_at),
      max_share === null ? "any" : formatShare(max_share),
      action(frame, { to: `settings/tokens/${id}/revoke`, word: `Revoke ${id}`, command: `token revoke ${id}` }),
    ],
  };
}

function form({ root, person }: Frame): VNode {
  return e(
    "form",
    { method: "post", action: `${root}settings/tokens`, class: "filter" },
    e("input", { type: "hidden", name: "form_token", value: person?.form_token ?? "" }),
    e("label", {}, "Name", e("input", { name: "name", required: true, maxLength: 100 })),
    e(
      "label",
      {},
      "It may",
      e("select", { name: "scope" }, ...MADE_SCOPES.map((scope) => e("option", { value: scope }, SCOPE_WORDS[scope]))),
    ),
    e("label", {}, "Ends in (30d; empty: never)", e("input", { name: "expires_in" })),
    e("button", {}, "Make"),
    typedCommand(
      [
        "token new",
        typed("scope", "SCOPE", { instead: SCOPE_OPTIONS }),
        typed("expires_in", "TIME", { option: "--expires-in" }),
        typed("name", "NAME"),
      ],
      { scope: MADE_SCOPES[0] },
    ),
  );
}
