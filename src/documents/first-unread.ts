import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  visit,
  type Alias,
  type Document,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";

/** More are refused: each is looked up in the whole document. */
const MOST_ALIASES = 1000;

/** What of a document is not read, and where it stands. */
export type Unread = { offset: number; reason: string; what?: "not YAML" };

/** The first part of a document that JSON could not say, or that is there to do harm; and where the first alias stands. */
export function firstUnread(document: Document): { unread: Unread | undefined; firstAlias: number | undefined } {
  const anchors = new Map<string, unknown>();
  let [aliases, firstAlias]: [number, number | undefined] = [0, undefined];
  let unread = ofDocument(document);
  const ofAlias = (node: Alias, key: unknown, around: readonly unknown[]): Unread | undefined => {
    aliases += 1;
    firstAlias ??= offsetOf(node);
    const refuse = (reason: string) => ({ offset: offsetOf(node), reason });
    const target = anchors.get(node.source);
    if (key === "key") return refuse("an alias is the name of a field");
    if (aliases > MOST_ALIASES) return refuse(`there are more than ${MOST_ALIASES} aliases`);
    if (target === undefined) return refuse(`no anchor before it is called ${node.source}`);
    return around.includes(target) ? refuse(`*${node.source} holds itself`) : undefined;
  };
  if (unread === undefined) {
    visit(document, {
      Node: (key, node, around) => {
        if (!isAlias(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
        unread = isAlias(node) ? ofAlias(node, key, around) : ofNode(node, key);
        return unread === undefined ? undefined : visit.BREAK;
      },
    });
  }
  return { unread, firstAlias };
}

function ofDocument({ directives, warnings }: Document): Unread | undefined {
  if (directives?.yaml.version !== undefined && directives.yaml.version !== "1.2") {
    return { offset: 0, reason: `it calls itself YAML ${directives.yaml.version}, and only 1.2 is read` };
  }
  const [warning] = warnings;
  return warning === undefined ? undefined : { offset: warning.pos[0], reason: warning.message };
}

function ofNode(node: Scalar | YAMLMap | YAMLSeq, key: unknown): Unread | undefined {
  const refuse = (reason: string) => ({ offset: offsetOf(node), reason });
  if (key === "key" && isCollection(node))
    return refuse("the name of a field is a list or an object; a text that begins with { or [ stands in quotes");
  if (node.tag !== undefined && !KNOWN_TAGS.has(node.tag)) return refuse(`the tag ${node.tag} is not known`);
  if (key !== "key" && isScalar(node) && typeof node.value === "number" && !Number.isFinite(node.value)) {
    return refuse(`${node.source ?? node.value} is no number of JSON`);
  }
  return isMap(node) ? twiceIn(node) : undefined;
}

const KNOWN_TAGS = new Set(
  ["str", "int", "float", "bool", "null", "seq", "map"].map((tag) => `tag:yaml.org,2002:${tag}`),
);

/** A field that an object has twice. */
function twiceIn({ items }: YAMLMap): Unread | undefined {
  const seen = new Set<string>();
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (seen.has(name)) return { offset: offsetOf(key), what: "not YAML", reason: "Map keys must be unique" };
    seen.add(name);
  }
  return undefined;
}

function offsetOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}
