import { z } from "zod";
import { TASK_TYPES } from "../domain/task.ts";
import { explainedFieldSchema, layerInput, layerPreviewSchema, layerSchema } from "./layers.ts";
import { context, subject, taskName } from "./names.ts";
import { allocationSchema } from "./records.ts";
import { route } from "./route.ts";

/** The calls about layers of configuration. */
export const layerRoutes = {
  listLayers: route({
    method: "GET",
    path: "/api/v1/layers",
    summary: "Needs and policy that people set for tasks, subjects and contexts",
    scope: "read",
    response: z.object({ layers: z.array(layerSchema) }),
  }),
  putLayer: route({
    method: "PUT",
    path: "/api/v1/layers",
    summary: "Set one field for a task, subject and context; absent: for any",
    scope: "admin",
    body: layerInput,
    response: z.object({ layer: layerSchema }),
  }),
  previewLayer: route({
    method: "POST",
    path: "/api/v1/layers/preview",
    summary: "What a layer would have done to the runs of the last 30 days; sets nothing",
    scope: "read",
    body: layerInput,
    response: z.object({ preview: layerPreviewSchema }),
  }),
  removeLayer: route({
    method: "DELETE",
    path: "/api/v1/layers/:id",
    summary: "Remove a layer",
    scope: "admin",
    params: z.strictObject({ id: z.coerce.number().pipe(z.int().min(1)) }),
    response: z.object({ removed: z.int() }),
  }),
  explain: route({
    method: "GET",
    path: "/api/v1/explain",
    summary: "What a request of a key would be given, field by field, and why",
    scope: "read",
    query: z.strictObject({
      task_type: z.enum(TASK_TYPES).default("worker"),
      task_name: taskName,
      subject: subject.default(""),
      context: context.default(""),
    }),
    response: z.object({ fields: z.array(explainedFieldSchema), allocation: allocationSchema }),
  }),
} as const;
