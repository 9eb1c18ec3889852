/** `takes 0.52 of the ordinary time`: how slow a worker is, relative to an ordinary one. */
export function slownessText(factor: number): string {
  return `takes ${factor.toFixed(2)} of the ordinary time`;
}
