import { join } from "node:path";
import { readSource, type Declaration, type Expression, type SourceFile } from "./declarations.ts";

const SOURCE = join(import.meta.dirname, "../../../src");
const FOLDERS = ["domain", "contract", "task", "history"];

/** Fields whose values tell one form of a union from the others: `{ kind: "exited" }`. */
export type Marks = Readonly<Record<string, string>>;

/** What the source says of its types and constants, and of each of their fields. */
export type DocComments = {
  /** Of a type or constant; undefined where it says nothing. */
  of(name: string): string | undefined;
  /**
   * Of a field, by its path from a type or constant: `of("Run", ["estimate", "memory", "p95"])`. It is that of the field of that
   * type, however deep, and never that of a field of the same name elsewhere. `marks`: which form of a union is meant.
   */
  ofField(names: readonly string[], path: readonly string[], marks?: Marks): string | undefined;
};

/** Reads them from the source; `files`: other source, for tests. */
export function docComments(files: ReadonlyMap<string, SourceFile> = readSource(SOURCE, FOLDERS)): DocComments {
  const resolver = new Resolver(files);
  return {
    of: (name) => resolver.declaration(name)?.comment,
    ofField(names, path, marks = {}) {
      let found = resolver.start(names);
      for (const [step, name] of path.entries()) found = resolver.fields(found, name, step === 0 ? marks : {});
      return found.find(({ comment }) => comment !== undefined)?.comment;
    },
  };
}

class Resolver {
  readonly #files: ReadonlyMap<string, SourceFile>;

  constructor(files: ReadonlyMap<string, SourceFile>) {
    this.#files = files;
  }

  /** The declaration of that name, wherever it is: names of types and schemas are unique in what is read. */
  declaration(name: string): Declaration | undefined {
    return [...this.#files.values()].find(({ declarations }) => declarations.has(name))?.declarations.get(name);
  }

  /** Where a path begins: a declaration, or a field of one. */
  start([first = "", ...rest]: readonly string[]): Expression[] {
    const declaration = this.declaration(first);
    return rest.reduce<Expression[]>((found, name) => this.fields(found, name, {}), declaration ? [declaration] : []);
  }

  /** What a field of that name may be, what is nearest first. */
  fields(expressions: readonly Expression[], name: string, marks: Marks): Expression[] {
    return expressions.flatMap((expression) => this.#fieldsOf(expression, name, marks, new Set()));
  }

  #fieldsOf(expression: Expression, name: string, marks: Marks, seen: Set<Expression>): Expression[] {
    if (seen.has(expression)) return [];
    seen.add(expression);
    const own = expression.literals
      .filter((fields) => hasMarks(fields, marks))
      .flatMap((fields) => fields.get(name) ?? []);
    const others = expression.references.flatMap(({ file, names }) => {
      const [declaration, ...steps] = this.#resolve(file, names);
      if (declaration === undefined) return [];
      const found = steps.length > 0 ? steps : [declaration];
      const fields = found.flatMap((one) => this.#fieldsOf(one, name, marks, seen));
      return "parameters" in declaration ? fields.map((field) => filledIn(field, declaration, expression)) : fields;
    });
    const all = [...own, ...others];
    // any name is a field of a record, and its value is what the record is made of
    return all.length === 0 && expression.isRecord ? [{ ...expression, comment: undefined }] : all;
  }

  /** The declaration that a name stands for, and then what its further steps lead to; steps that are no fields are methods. */
  #resolve(file: string, [first = "", ...steps]: readonly string[]): [] | [Declaration, ...Expression[]] {
    const source = this.#files.get(file);
    const from = source?.declarations.has(first) === true ? file : source?.imports.get(first);
    const declaration = from === undefined ? undefined : this.#files.get(from)?.declarations.get(first);
    if (declaration === undefined) return [];
    let found: Expression[] = [];
    for (const step of steps) {
      const next = this.fields(found.length > 0 ? found : [declaration], step, {});
      if (next.length === 0) break;
      found = next;
    }
    return [declaration, ...found];
  }
}

/** A field of what a generic type or a function gives: what stands in its parameters' place is where it is used. */
function filledIn(field: Expression, { parameters }: Declaration, use: Expression): Expression {
  const isFilled = field.references.some(({ names }) => parameters.has(names[0] ?? ""));
  if (!isFilled) return field;
  const others = use.references.filter(({ names }) => names.length > 0);
  return { ...field, literals: [...field.literals, ...use.literals], references: [...field.references, ...others] };
}

/** False of the fields of another form of a union. */
function hasMarks(fields: ReadonlyMap<string, Expression>, marks: Marks): boolean {
  return Object.entries(marks).every(([name, word]) => {
    const own = fields.get(name)?.word;
    return own === undefined || own === word;
  });
}
