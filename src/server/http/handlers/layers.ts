import { actorOf } from "../authenticate.ts";
import type { LoopContext } from "../../loop/context.ts";
import { explain } from "../../loop/explain.ts";
import { putLayer, removeLayer } from "../../loop/layers.ts";
import { previewOf } from "../../loop/preview-layer.ts";
import type { Handlers } from "../handler.ts";

type Names = "listLayers" | "putLayer" | "previewLayer" | "removeLayer" | "explain";

export function layerHandlers(context: LoopContext): Pick<Handlers, Names> {
  return {
    listLayers: async () => ({ layers: await context.store.read.layers() }),
    putLayer: async ({ body, token }) => ({ layer: await putLayer(context, body, actorOf(token)) }),
    previewLayer: async ({ body, token }) => ({
      preview: await previewOf(context.store.read, { ...body, set_by: token.name }, context.clock.nowMs()),
    }),
    async removeLayer({ params: { id }, token }) {
      await removeLayer(context, id, actorOf(token));
      return { removed: id };
    },
    explain: ({ query }) => explain(context, query),
  };
}
