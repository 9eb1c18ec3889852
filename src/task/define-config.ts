import { z } from "zod";
import { describeValue, validationErrors } from "../contract/validation.ts";
import type { DefinedTask } from "./define-task.ts";
import type { DefinedWorkflow } from "./define-workflow.ts";

/** What a configuration defines. */
export type ConfigOptions = {
  tasks?: readonly DefinedTask[];
  workflows?: readonly DefinedWorkflow[];
};

/** A whole configuration, as `defineConfig` gives it. */
export type DefinedConfig = { readonly kind: "config"; readonly options: ConfigOptions };

/** The default export of `almanac.config.ts`. */
export function defineConfig(options: ConfigOptions): DefinedConfig {
  return { kind: "config", options };
}

const defined = <Defined extends DefinedTask | DefinedWorkflow>(kind: Defined["kind"], maker: string) =>
  z.custom<Defined>((value) => typeof value === "object" && value !== null && "kind" in value && value.kind === kind, {
    error: `what ${maker}() gives`,
  });

const configSchema = z.strictObject({
  tasks: z.array(defined<DefinedTask>("task", "defineTask"), { error: "a list" }).default([]),
  workflows: z.array(defined<DefinedWorkflow>("workflow", "defineWorkflow"), { error: "a list" }).default([]),
});

/** What a configuration module exports, if it is one. Throws with a sentence that names the place otherwise. */
export function configOf(exported: unknown): z.output<typeof configSchema> {
  if (typeof exported !== "object" || exported === null || !("kind" in exported) || !("options" in exported)) {
    throw new TypeError(`its default export is ${describeValue(exported)}, expected what defineConfig() gives`);
  }
  const parsed = configSchema.safeParse(exported.options);
  if (parsed.success) return parsed.data;
  throw new TypeError(validationErrors(parsed.error, exported.options)[0]?.message ?? "it is not a configuration");
}
