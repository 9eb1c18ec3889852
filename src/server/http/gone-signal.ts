import type { FastifyReply } from "fastify";

/** Aborted when the exchange is over, be it answered or broken off. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  return gone.signal;
}
