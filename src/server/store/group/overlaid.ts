/** An object with some properties of its own and all others of the base, which is not copied: it may make them when they are asked for. */
export function overlaid<Base extends object>(base: Base, own: Partial<Base>): Base {
  const all: unknown = Object.assign(Object.create(base), own);
  return all as Base; // what is not its own comes from the base
}
