/** A filled template, or the paths that it names and that were not there. */
export type Filled = { ok: true; value: unknown } | { ok: false; missing: string[] };

const PLACE = /\{\{\s*([^{}\s]+)\s*\}\}/g;
const WHOLE = /^\{\{\s*([^{}\s]+)\s*\}\}$/;

/**
 * Puts parts of a document into the texts of a template: `{{ path.to.it }}`. A text that is nothing else becomes the part as it
 * is; within a longer text, texts, numbers and truth values can stand.
 */
export function fillTemplate(template: unknown, document: unknown): Filled {
  const missing = new Set<string>();
  const value = filled(template, document, missing);
  return missing.size === 0 ? { ok: true, value } : { ok: false, missing: [...missing] };
}

/** The part of a document at a path of names and positions, such as `commits.0.id`; undefined when there is none. */
export function partAt(document: unknown, path: string): unknown {
  let part = document;
  for (const name of path.split(".")) {
    if (typeof part !== "object" || part === null || !Object.hasOwn(part, name)) return undefined;
    part = (part as Record<string, unknown>)[name]; // an own property of an object
  }
  return part;
}

/** Whether a text has a place to be filled. */
export function hasPlace(text: string): boolean {
  return text.search(PLACE) >= 0;
}

function filled(template: unknown, document: unknown, missing: Set<string>): unknown {
  if (typeof template === "string") return filledText(template, document, missing);
  if (Array.isArray(template)) return template.map((item) => filled(item, document, missing));
  if (typeof template !== "object" || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([name, value]) => [name, filled(value, document, missing)]));
}

function filledText(text: string, document: unknown, missing: Set<string>): unknown {
  const [, whole] = WHOLE.exec(text) ?? [];
  if (whole !== undefined) {
    const part = partAt(document, whole);
    if (part === undefined) missing.add(whole);
    return part;
  }
  return text.replaceAll(PLACE, (_, path: string) => {
    const part = partAt(document, path);
    if (typeof part === "string" || typeof part === "number" || typeof part === "boolean") return String(part);
    missing.add(path);
    return "";
  });
}
