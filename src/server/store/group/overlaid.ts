/**
 * An object with some of its properties replaced. The others are not copied, so the base may make them when they are asked
 * for; they can still be listed.
 */
export function overlaid<Base extends object>(base: Base, own: Partial<Base>): Base {
  return new Proxy(base, {
    get: (target, name) => (Object.hasOwn(own, name) ? Reflect.get(own, name) : Reflect.get(target, name)) as unknown,
  });
}
