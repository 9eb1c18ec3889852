import type { LoopContext } from "../../loop/context.ts";
import { explain } from "../../loop/explain.ts";
import { putLayer, removeLayer } from "../../loop/layers.ts";
import type { Handlers } from "../handler.ts";

type Names = "listLayers" | "putLayer" | "removeLayer" | "explain";

export function layerHandlers(context: LoopContext): Pick<Handlers, Names> {
  return {
    listLayers: async () => ({ layers: await context.store.read.layers() }),
    putLayer: async ({ body, token }) => ({ layer: await putLayer(context, { ...body, set_by: token.name }) }),
    async removeLayer({ params: { id } }) {
      await removeLayer(context, id);
      return { removed: id };
    },
    explain: ({ query }) => explain(context, query),
  };
}
