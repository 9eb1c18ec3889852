import { h, type ComponentChildren, type VNode } from "preact";

/** An element of a page; text in it is escaped by the renderer. */
export function element(tag: string, attributes: Record<string, unknown>, ...children: ComponentChildren[]): VNode {
  return h(tag, attributes, ...children);
}
