import type { z } from "zod";
import { AppError, errorEntry } from "../../../contract/errors.ts";
import { problemOf } from "../../../contract/problem.ts";
import { parseOrThrow, summaryOf, validationErrors } from "../../../contract/validation.ts";
import type { WrongField } from "../../../web/parts/record-form.ts";

type Entry = ReturnType<typeof errorEntry>;

/** What a form says, without what every form of ours has; `isSave`: it is in earnest, not only to be looked at. */
export function typedOf(form: Record<string, unknown>): { typed: Record<string, unknown>; isSave: boolean } {
  const { form_token: _, do: wish, ...typed } = form;
  return { typed, isSave: wish === "save" };
}

/**
 * What is wrong with a form, by its fields: those given by name, and `rest`, to which all else belongs that names a place
 * at all. Anything but a refusal is thrown on.
 */
export function wrongFields(error: unknown, names: readonly string[], rest: string): WrongField[] {
  if (!(error instanceof AppError) || problemOf(error).status >= 500) throw error;
  const { errors, detail } = problemOf(error);
  if (errors === undefined) return [{ field: "", message: detail }];
  return errors.map(({ message, path }) => {
    const start = typeof path === "string" ? (/^\w+/.exec(path)?.[0] ?? "") : "";
    return { field: names.includes(start) ? start : rest, message };
  });
}

/** What the checks of a form gave, in their order. */
type Given<Checks extends readonly (() => unknown)[]> = { [At in keyof Checks]: Awaited<ReturnType<Checks[At]>> };

/** What all checks of a form give, or what they refuse, so that everything is told at once; what two of them say alike, once. */
export async function checkAll<const Checks extends readonly (() => unknown)[]>(
  checks: Checks,
  names: readonly string[],
  rest: string,
): Promise<{ ok: true; given: Given<Checks> } | { ok: false; wrong: WrongField[] }> {
  const given: unknown[] = [];
  const wrong: WrongField[] = [];
  for (const check of checks) {
    try {
      given.push(await check());
    } catch (error) {
      wrong.push(...wrongFields(error, names, rest));
    }
  }
  if (wrong.length === 0) return { ok: true, given: given as Given<Checks> }; // each check gave one, in their order
  const isFirst = ({ field, message }: WrongField, index: number) =>
    wrong.findIndex((one) => one.field === field && one.message === message) === index;
  return { ok: false, wrong: wrong.filter(isFirst) };
}

/** The name of a new thing; a form for a new one changes none that is there. */
export async function newName(
  schema: z.ZodType<{ name: string }>,
  typed: unknown,
  what: string,
  find: (name: string) => Promise<unknown>,
): Promise<string> {
  const { name } = parseOrThrow(schema, { name: typed }, "invalid-request");
  if ((await find(name)) === undefined) return name;
  const expected = `a name that no ${what} has; one that is there is changed on its page`;
  return refuse([errorEntry("invalid-value", { path: "name", found: JSON.stringify(name), expected })]);
}

/** What the fields of a form hold, parsed; `errors` are mistakes of fields that could not be read, about which no more is said. */
export function parseFields<Schema extends z.ZodType>(
  schema: Schema,
  fields: Record<string, unknown>,
  errors: readonly Entry[],
): z.output<Schema> {
  const parsed = schema.safeParse(fields);
  if (parsed.success && errors.length === 0) return parsed.data;
  const unread = new Set(errors.map(({ path }) => path));
  const others = parsed.success ? [] : validationErrors(parsed.error, fields);
  return refuse([...errors, ...others.filter(({ path }) => !unread.has(path))]);
}

/** Refuses a form for the mistakes given, if there are any. */
export function refuseIfAny(errors: readonly Entry[]): void {
  if (errors.length > 0) refuse(errors);
}

function refuse(errors: readonly Entry[]): never {
  throw new AppError("invalid-request", { summary: summaryOf(errors), errors });
}
