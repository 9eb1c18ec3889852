import { z } from "zod";
import { problemSchema } from "../../contract/problem.ts";
import type { Route } from "../../contract/route.ts";
import { routes } from "../../contract/routes.ts";

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of all routes, made from their schemas. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries<Route>(routes)) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Almanac", version, description: "A work-request server that remembers every run" },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: { Problem: schemaOf(problemSchema, "output") },
    },
  };
}

function operation(operationId: string, route: Route): Json {
  return {
    operationId,
    summary: route.summary,
    description: `Needs a token of the scope \`${route.scope}\`.`,
    parameters: [...parameters("path", route.params), ...parameters("query", route.query)],
    ...(route.body !== undefined && { requestBody: { required: true, content: content(route.body, "input") } }),
    responses: {
      [route.status ?? 200]: { description: "As asked", content: content(route.response, "output") },
      default: {
        description: "A problem",
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

function content(body: Route["response"], io: "input" | "output"): Json {
  if (body === "bytes") return { "application/octet-stream": {} };
  if (body === "events") return { "text/event-stream": {} };
  return { "application/json": { schema: schemaOf(body, io) } };
}

function parameters(place: "path" | "query", schema: z.ZodType | undefined): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, "input") as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: property,
  }));
}

/** OpenAPI 3.1 uses JSON Schema 2020-12 as it is. What only code can check is left open. */
function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    target: "draft-2020-12",
  });
  return json;
}
