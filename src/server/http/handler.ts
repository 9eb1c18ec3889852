import type { FastifyReply, FastifyRequest } from "fastify";
import type { Given, Parsed, Route } from "../../contract/route.ts";
import type { RouteName, Routes } from "../../contract/routes.ts";
import type { TokenRecord } from "../store/store.ts";

type Part<Definition, Name extends string> = Definition extends Record<Name, infer Value> ? Parsed<Value> : undefined;

/** One call, authenticated and parsed. */
export type Call<Definition extends Route> = {
  params: Part<Definition, "params">;
  query: Part<Definition, "query">;
  body: Part<Definition, "body">;
  token: TokenRecord;
  /** Aborted when the caller goes away or the server closes. */
  signal: AbortSignal;
  /** The raw exchange, for the few handlers that stream. */
  request: FastifyRequest;
  reply: FastifyReply;
};

/** What a handler gives back: the document; a handler that streams sends the answer itself and gives nothing. */
type Answer<Definition extends Route> = Definition["response"] extends string
  ? undefined
  : Given<Definition["response"]>;

export type Handler<Definition extends Route> = (
  call: Call<Definition>,
) => Promise<Answer<Definition>> | Answer<Definition>;

/** One handler for each route: one that is missing does not compile. */
export type Handlers = { [Name in RouteName]: Handler<Routes[Name]> };
