import type { Layer, LayerScope } from "../../domain/layer.ts";
import type { Database, Engine } from "./engine.ts";
import { IS_PENDING } from "./statements/is-pending.ts";
import type { NewLayer, StoreReader, StoreTransaction } from "./store.ts";

type LayerReader = Pick<StoreReader, "layers">;
type LayerWriter = Pick<StoreTransaction, "putLayer" | "deleteLayer" | "forgetAllAllocations">;

const COLUMNS = [
  "id",
  "task_name",
  "subject",
  "context",
  "field",
  "mode",
  "layer_value",
  "note",
  "set_by",
  "set_at",
] as const;

/** What can be asked about layers of configuration. There are few: all are read at once. */
export function layerReader(db: Database): LayerReader {
  return {
    layers: async () => {
      const rows = await db.selectFrom("layers").select(COLUMNS).orderBy("id").execute();
      return rows.map(({ layer_value, ...layer }) => ({ ...layer, value: layer_value.value }));
    },
  };
}

/** What a transaction can do to layers. */
export function layerWriter(db: Database, engine: Engine): LayerWriter {
  return {
    putLayer: (layer) => putLayer(db, engine, layer),
    deleteLayer: async (id) => {
      const result = await db.deleteFrom("layers").where("id", "=", id).executeTakeFirst();
      return result.numDeletedRows === 1n;
    },
    forgetAllAllocations: async () => {
      await db
        .updateTable("work_requests")
        .set({ allocation: null })
        .where(IS_PENDING)
        .where("run_count", "=", 0)
        .execute();
    },
  };
}

/** One of each scope and field: the unique index `layers_scope`. */
async function putLayer(db: Database, engine: Engine, { value, ...layer }: NewLayer): Promise<Layer> {
  const changing = { mode: layer.mode, layer_value: { value }, note: layer.note, set_by: layer.set_by };
  const row = await db
    .insertInto("layers")
    .values({ ...layer, ...changing, scope_key: scopeKey(layer), set_at: engine.now })
    .onConflict((conflict) => conflict.columns(["scope_key", "field"]).doUpdateSet({ ...changing, set_at: engine.now }))
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  const { layer_value, ...stored } = row;
  return { ...stored, value: layer_value.value };
}

/** Nulls are not equal to each other in an index; in text they are. */
function scopeKey({ task_name, subject, context }: LayerScope): string {
  return JSON.stringify([task_name, subject, context]);
}
