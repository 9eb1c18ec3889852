import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { z } from "zod";
import { AppError } from "../../../contract/errors.ts";
import { parseOrThrow } from "../../../contract/validation.ts";
import { docPage, docsPage, type DocumentGroup } from "../../../web/pages/docs.ts";
import { readMarkdown, titleOf, type Document } from "../../../web/parts/markdown.ts";
import type { AddPage } from "./given.ts";

const DOCS = new URL("../../../../docs/", import.meta.url);

const BEGIN_WITH = "guide/getting-started";
const TO_LOOK_UP = [
  "reference/cli",
  "reference/configuration",
  "reference/task-data",
  "reference/output-data",
  "errors",
  "glossary",
];
const HOW_IT_WORKS = ["scheduling", "estimates", "verdicts", "measuring", "simulation"];

const docParams = z.object({ folder: z.string().optional(), name: z.string() });

/** The documentation, as pages that link to each other: there also where no other host can be reached. */
export function addDocsPages(page: AddPage): void {
  const library = theLibrary();
  page("/docs", (frame) => docsPage(frame, library.groups));
  for (const path of ["/docs/:name", "/docs/:folder/:name"])
    page(path, (frame, { params }) => {
      const { folder, name } = parseOrThrow(docParams, params, "invalid-request");
      return docPage(frame, library.read(folder === undefined ? name : `${folder}/${name}`));
    });
}

let kept: Library | undefined;

/** Read once, when the first server of the process starts: pages, and pages as files, show the same texts. */
function theLibrary(): Library {
  kept ??= new Library();
  return kept;
}

/** The texts that are pages, by their paths in `docs/` without `.md`; the package has them all. */
class Library {
  /** Each with its title, as they are listed. */
  readonly groups: readonly DocumentGroup[];
  /** Each text as it is written, and once it was asked for, as it is shown. */
  readonly #texts = new Map<string, string>();
  readonly #documents = new Map<string, Document>();

  constructor() {
    this.groups = [
      this.#group("The guide", guides()),
      this.#group("To look things up", TO_LOOK_UP),
      this.#group("How it works", HOW_IT_WORKS),
    ];
  }

  /** @throws AppError `route-not-found` */
  read(path: string): Document {
    const known = this.#documents.get(path);
    if (known !== undefined) return known;
    const text = this.#texts.get(path);
    if (text === undefined)
      throw new AppError("route-not-found", { method: "GET", path: `/docs/${path}`.slice(0, 200) });
    const document = readMarkdown(text, (href) => this.#addressOf(path, href));
    this.#documents.set(path, document);
    return document;
  }

  #group(title: string, paths: readonly string[]): DocumentGroup {
    const documents = paths.map((path) => {
      const text = readFileSync(new URL(`${path}.md`, DOCS), "utf8");
      this.#texts.set(path, text);
      return { path, title: titleOf(text) };
    });
    return { title, documents };
  }

  /** Texts link to each other's files, pages to each other; both stand to each other alike. */
  #addressOf(path: string, href: string): string | undefined {
    if (/^(https?:|#)/.test(href)) return href;
    const [file = "", anchor] = href.split("#");
    const target = posix.join(posix.dirname(path), file).replace(/\.md$/, "");
    if (!this.#texts.has(target)) return undefined;
    return `${file.replace(/\.md$/, "")}${anchor === undefined ? "" : `#${anchor}`}`;
  }
}

function guides(): string[] {
  const paths = readdirSync(new URL("guide/", DOCS)).map((file) => `guide/${file.replace(/\.md$/, "")}`);
  return [BEGIN_WITH, ...paths.filter((path) => path !== BEGIN_WITH).sort()];
}
