import { RESOURCES } from "./allocation.ts";
import { formatAmount } from "./amount-text.ts";
import type { LayerField, LayerValue } from "./layer.ts";

/** A layer's value as people write it: `2.0G`, `1h30m`, `kvm, big`. */
export function layerValueText(field: LayerField, value: LayerValue | null): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value !== "number") return value.join(", ");
  const resource = RESOURCES.find((one) => field === one || field.endsWith(`.${one}`));
  return resource === undefined ? String(value) : formatAmount(resource, value);
}

/** What people typed for a field, as the API takes it: tags with commas between them, plain numbers of cores and counts. */
export function typedLayerValue(field: LayerField, text: string): number | string | string[] {
  if (field === "tags" || field.startsWith("on_")) return text.split(",").flatMap((tag) => tag.trim() || []);
  const isPlain = field.endsWith("cpu_count") || field.startsWith("retries.");
  return isPlain && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
