import type { z } from "zod";

/**
 * A type without the "or undefined" that zod adds to optional fields: on the wire, as in a record, a field
 * that is not there is absent.
 */
type WithoutUndefined<Value> = Value extends string | number | boolean | null
  ? Value
  : Value extends readonly (infer Item)[]
    ? WithoutUndefined<Item>[]
    : Value extends object
      ? { [Key in keyof Value]: WithoutUndefined<Exclude<Value[Key], undefined>> }
      : Value;

/** A schema, if it gives exactly the record: each can be used where the other is expected. */
type Exactly<Schema extends z.ZodType, Record> =
  WithoutUndefined<z.output<Schema>> extends Record
    ? Record extends WithoutUndefined<z.output<Schema>>
      ? Schema
      : "the schema demands more than the record has"
    : "the schema does not give the record";

/** Declares which record a schema gives, and has the compiler check it. */
export function recordOf<Record>() {
  return <Schema extends z.ZodType>(schema: Exactly<Schema, Record>): z.ZodType<Record> =>
    schema as unknown as z.ZodType<Record>; // the parameter's type has just shown that it is one
}
