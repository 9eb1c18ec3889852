import { createClient, type Client } from "../../client/client.ts";

/** The way to the server. */
export type ServerLine = {
  /** Makes calls to where the server is now; not to be kept, because the server may move. */
  readonly client: Client;
  setToken: (token: string) => void;
  /** Looks where the server is now; calls go there from then on. True when it has moved. */
  follow: () => boolean;
  close: () => void;
};

/** Where the server is. */
export type ServerPlace = {
  url: string;
  /** Tells its newest address, for a server that may come back at another one; undefined while there is none. */
  findUrl?: (() => string | undefined) | undefined;
};

/** A line to the server that can be moved to its new address; calls under way end at the old one. */
export function openLine({ url, findUrl }: ServerPlace): ServerLine {
  let token: string | undefined;
  let client = createClient({ url, attempts: 1 });
  return {
    get client() {
      return client;
    },
    setToken: (secret) => {
      token = secret;
      client.setToken(secret);
    },
    follow: () => {
      const found = findUrl?.();
      if (found === undefined || found === client.url) return false;
      client = createClient({ url: found, attempts: 1, token });
      return true;
    },
    close: () => {
      client.close();
    },
  };
}
