/** Ends a `switch` over a union: does not compile while a case is missing, and throws if data broke the type. */
export function assertNever(value: never): never {
  throw new TypeError(`not a member of the union: ${JSON.stringify(value)}`);
}
