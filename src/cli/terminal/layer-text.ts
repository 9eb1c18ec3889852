import { RESOURCES } from "../../domain/allocation.ts";
import { formatAmount } from "../../domain/amount-text.ts";
import type { LayerField, LayerValue } from "../../domain/layer.ts";

/** A layer's value as people write it: `2.0G`, `1h30m`, `kvm, big`. */
export function layerValueText(field: LayerField, value: LayerValue | null): string {
  if (value === null) return "";
  if (typeof value !== "number") return value.join(", ");
  const resource = RESOURCES.find((one) => field === one || field.endsWith(`.${one}`));
  return resource === undefined ? String(value) : formatAmount(resource, value);
}
