import { Option, type Command } from "commander";
import type { Answer } from "../../client/call-types.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { usageError } from "../failure.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { positiveArgument, secondsArgument, withOutput, withServer, withTable } from "../shared-options.ts";
import { formatAgo, formatMoment } from "../terminal/relative-time.ts";
import { renderTable, type Column } from "../terminal/table.ts";

type Token = Answer<"listTokens">["tokens"][number];
type NewOptions = SharedOptions & {
  scope?: "read" | "submit" | "admin";
  worker?: boolean;
  expiresIn?: number;
  maxShare?: number;
};

/** `almanac token`. */
export function define(command: Command, cli: Cli): void {
  command.description("Tokens: what people, programs and workers show to the server.");
  const create = command
    .command("new")
    .description("Make a token. Its secret is printed this once; --worker makes a one-time token to join with.")
    .argument("[name]", "who or what it is for")
    .addOption(new Option("--scope <scope>", "what it may do (default: submit)").choices(["read", "submit", "admin"]))
    .option("--worker", "for a new worker: becomes its own token when it joins, and ends within the hour")
    .option("--expires-in <time>", "such as 30d", secondsArgument)
    .option("--max-share <part>", "at most this part of all workers for its requests, such as 0.5", positiveArgument);
  withOutput(withServer(create)).action(action(cli, newToken));
  withTable(withServer(command.command("ls").description("List tokens, without their secrets."))).action(
    action(cli, listTokens),
  );
  const revoke = command
    .command("revoke")
    .description("End tokens at once.")
    .argument("<id...>", "the tokens' numbers, as `almanac token ls` shows them");
  withOutput(withServer(revoke)).action(action(cli, revokeTokens));
}

async function newToken(session: Session, options: NewOptions, name?: string): Promise<ExitCode> {
  if (options.worker === true && options.scope !== undefined) {
    throw usageError("--worker and --scope exclude each other: a worker's token is for joining only.");
  }
  const isWorker = options.worker === true;
  const answer = await session.client.call("createToken", {
    body: {
      name: name ?? (isWorker ? "worker" : "cli"),
      scope: isWorker ? "join" : (options.scope ?? "submit"),
      expires_in: options.expiresIn,
      max_share: options.maxShare,
    },
  });
  if (session.wantsJson) session.json(answer, { ...answer.token, secret: answer.secret });
  else session.print(`${answer.secret}\n`);
  const { token } = answer;
  const until =
    token.expires_at === null ? "does not expire" : `ends ${formatMoment(token.expires_at, session.errorSurface)}`;
  session.say(`token ${token.id} "${token.name}" (${token.scope}), ${until}; its secret is shown this once`);
  if (isWorker)
    session.say(
      `on the worker: almanac worker --url ${session.client.url} --join ${session.wantsJson ? "SECRET" : answer.secret}`,
    );
  return EXIT.success;
}

async function listTokens(session: Session): Promise<ExitCode> {
  const answer = await session.client.call("listTokens");
  if (session.wantsJson) session.json(answer, answer.tokens);
  else session.print(renderTable(columns(session), answer.tokens, session.surface, session.tableOptions));
  return EXIT.success;
}

function columns(session: Session): Column<Token>[] {
  const ago = (at: string | null) => (at === null ? "never" : formatAgo(at, session.surface));
  return [
    { header: "ID", align: "right", cell: (token) => String(token.id) },
    { header: "NAME", cell: (token) => token.name },
    { header: "SCOPE", cell: (token) => token.scope },
    { header: "WORKER", cell: (token) => token.worker_name ?? "" },
    {
      header: "SHARE",
      cell: (token) => (token.max_share === null ? "" : `${Number((100 * token.max_share).toFixed(2))} %`),
    },
    { header: "MADE", cell: (token) => ago(token.created_at) },
    { header: "USED", cell: (token) => ago(token.last_used_at) },
    {
      header: "ENDS",
      cell: (token) => (token.expires_at === null ? "never" : formatMoment(token.expires_at, session.surface)),
    },
  ];
}

async function revokeTokens(session: Session, _: SharedOptions, texts: string[]): Promise<ExitCode> {
  const revoked: number[] = [];
  for (const text of texts) {
    if (!/^[1-9]\d{0,15}$/.test(text))
      throw usageError(`"${text}" is not the number of a token.`, "`almanac token ls` shows them.");
  }
  for (const id of texts) revoked.push((await session.client.call("revokeToken", { params: { id } })).revoked);
  if (session.wantsJson) session.json({ revoked });
  else session.print(revoked.map((id) => `token ${id} revoked\n`).join(""));
  return EXIT.success;
}
