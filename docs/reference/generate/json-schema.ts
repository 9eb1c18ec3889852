import { z } from "zod";
import { anchorOf } from "../../../src/web/parts/markdown.ts";
import { code } from "./markdown.ts";

/** The part of JSON Schema that zod makes of our schemas. */
export type JsonSchema = {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: string | string[];
  enum?: (string | number)[];
  const?: string | number | boolean;
  format?: string;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  default?: unknown;
  description?: string;
};

/** The JSON Schema of a zod schema; schemas that were given an id are references. */
export function jsonSchemaOf(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const json = z.toJSONSchema(schema, { io, unrepresentable: "any", target: "draft-2020-12" });
  return json as JsonSchema; // JSON Schema has more keywords than we use
}

/** One field: its path, its type in words, whether it must be given, and what the schema says of it. */
export type Field = { path: string; type: string; isRequired: boolean; description: string };

/** The fields of an object, with those of objects inside it, as `memory.amount` and `errors[].code`. */
export function fieldsOf(schema: JsonSchema, prefix = ""): Field[] {
  const { properties = {}, required = [] } = schema;
  return Object.entries(properties).flatMap(([name, property]) => {
    const path = prefix + name;
    const isRequired = required.includes(name) && property.default === undefined;
    const field = { path, type: typeOf(property), isRequired, description: property.description ?? "" };
    return [field, ...innerFields(property, path)];
  });
}

function innerFields(schema: JsonSchema, path: string): Field[] {
  if (schema.properties !== undefined) return fieldsOf(schema, `${path}.`);
  if (schema.items?.properties !== undefined) return fieldsOf(schema.items, `${path}[].`);
  const object = alternatives(schema).find(({ properties }) => properties !== undefined);
  return object === undefined || alternatives(schema).length > 2 ? [] : fieldsOf(object, `${path}.`);
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  return schema.anyOf ?? schema.oneOf ?? [];
}

/** A type in words: `text`, `` `a` or `b` ``, `list of [Run](#run)`. */
export function typeOf(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return linkTo(schema.$ref.replace(/^.*\//, ""));
  if (schema.const !== undefined) return code(String(schema.const));
  if (schema.enum !== undefined) return listed(schema.enum.map((value) => code(String(value))));
  const options = alternatives(schema);
  if (options.length > 0) return listed([...new Set(options.map(typeOf))]);
  if (Array.isArray(schema.type)) return listed(schema.type.map((type) => typeOf({ ...schema, type })));
  switch (schema.type) {
    case "string":
      return schema.format === "date-time" ? "time" : "text";
    case "integer":
      return "whole number";
    case "array":
      return `list of ${schema.items === undefined ? "anything" : typeOf(schema.items)}`;
    case "object":
      return "object";
    case undefined:
      return "anything";
    default:
      return schema.type;
  }
}

function linkTo(record: string): string {
  return `[${record}](#${anchorOf(record)})`;
}

function listed(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} or ${texts.at(-1)}`;
}
