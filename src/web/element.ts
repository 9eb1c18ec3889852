import { h, type ComponentChildren, type VNode } from "preact";
import { sanitizeText } from "../domain/sanitize-text.ts";

/**
 * An element of a page. Text in it is escaped by the renderer, and what would turn its direction, hide in it or end
 * its line is made visible: names and messages are written by others.
 */
export function element(tag: string, attributes: Record<string, unknown>, ...children: ComponentChildren[]): VNode {
  return h(tag, attributes, ...children.map(shown));
}

function shown(child: ComponentChildren): ComponentChildren {
  if (typeof child === "string") return sanitizeText(child);
  return Array.isArray(child) ? child.map(shown) : child;
}
