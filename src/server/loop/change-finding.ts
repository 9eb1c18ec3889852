import { doneBy, type Actor } from "../../domain/act.ts";
import { AppError } from "../../contract/errors.ts";
import type { Finding, FindingState } from "../../domain/finding.ts";
import type { FindingPatch, StoreTransaction } from "../store/store.ts";
import type { LoopContext } from "./context.ts";

/** More would not be read in a message. */
const SHOWN_NAMES = 20;

/** One finding. Throws `not-found`. */
export async function findingOf(read: Pick<StoreTransaction, "finding">, id: number): Promise<Finding> {
  const finding = await read.finding(id);
  if (finding === undefined) throw new AppError("not-found", { what: "finding", id: String(id) });
  return finding;
}

/** What a person says of a finding: its state, who looks after it (null: nobody), or both. */
export type FindingChange = {
  state?: FindingState | undefined;
  note?: string | undefined;
  owner?: string | null | undefined;
};

/** Throws `not-found` for an id that does not exist, `finding-open`, and `unknown-owner` for a name that nobody has. */
export function changeFinding(context: LoopContext, id: number, change: FindingChange, by: Actor): Promise<Finding> {
  const { state, owner, note } = change;
  return context.store.transaction(async (tx) => {
    const finding = await findingOf(tx, id);
    if (state !== undefined) await putIntoState(tx, finding, { state, note }, by);
    if (owner !== undefined && owner !== finding.owner) await giveTo(tx, id, owner, by);
    return findingOf(tx, id);
  });
}

async function putIntoState(
  tx: StoreTransaction,
  finding: Finding,
  { state, note }: { state: FindingState; note: string | undefined },
  by: Actor,
): Promise<void> {
  const { id } = finding;
  await refuseSecondOpen(tx, finding, state);
  const patch: FindingPatch = { state, state_at: await tx.now(), state_by: by.name };
  await tx.updateFinding(id, { ...patch, ...(note !== undefined && { note }) });
  await tx.appendEvents([{ kind: "finding", data: { finding_id: id, state, ...doneBy(by) } }]);
}

/** Whoever gives it to themselves exists; of others the name must be right, or they would never see it. */
async function giveTo(tx: StoreTransaction, id: number, owner: string | null, by: Actor): Promise<void> {
  if (owner !== null && owner !== by.name) {
    const people = await tx.people();
    if (!people.includes(owner)) throw new AppError("unknown-owner", { name: owner, people: firstOf(people) });
  }
  await tx.updateFinding(id, { owner });
  await tx.appendEvents([{ kind: "finding", data: { finding_id: id, owner, ...doneBy(by) } }]);
}

function firstOf(names: readonly string[]): string {
  const more = names.length - SHOWN_NAMES;
  return `${names.slice(0, SHOWN_NAMES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** What is over cannot be opened again while the like of it is open. */
async function refuseSecondOpen(tx: StoreTransaction, finding: Finding, state: FindingState): Promise<void> {
  if (finding.state !== "fixed" || state === "fixed") return;
  const { id, kind, task_type, task_name, subject, context, fingerprint } = finding;
  const key = kind === "farm" ? {} : { task_name, subject, context };
  const { items } = await tx.findings({ ...key, kind, state: "open" }, { limit: 100 });
  const like = items.find((other) => other.fingerprint === fingerprint && other.task_type === task_type);
  if (like !== undefined) throw new AppError("finding-open", { id, other: like.id });
}
