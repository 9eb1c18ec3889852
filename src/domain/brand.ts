/** A primitive that carries its meaning in its type, so that a run id cannot be passed as a worker's name. */
export type Brand<Base, Name extends string> = Base & { readonly __brand: Name };
