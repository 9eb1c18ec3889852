import { createServer, request as send } from "node:http";

/** A reverse proxy that serves a server below a path of its own, as people put them in front of many services. */
export type PrefixProxy = { url: string; close(): Promise<void> };

/** Passes what is asked for below `prefix` on to `target`, with the prefix taken away; nothing else is there. */
export async function startPrefixProxy(target: string, prefix: string): Promise<PrefixProxy> {
  const proxy = createServer((request, response) => {
    const path = request.url ?? "";
    if (!path.startsWith(`${prefix}/`)) {
      response.writeHead(404).end("nothing is served here");
      return;
    }
    const { method, headers } = request;
    const onward = send(new URL(path.slice(prefix.length), target), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  proxy.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = proxy.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    url: `http://127.0.0.1:${address.port}${prefix}/`,
    async close() {
      const { promise: closed, resolve: close } = Promise.withResolvers<void>();
      proxy.close(() => close());
      proxy.closeAllConnections();
      await closed;
    },
  };
}
