import type { Server } from "../../src/server/serve.ts";

type Place = Pick<Server, "url">;

/** Sends a form as a browser does it without a script. Redirects are given, not followed. */
export function sendForm({ url }: Place, path: string, fields: Record<string, string>, cookie = ""): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/x-www-form-urlencoded", cookie },
    body: new URLSearchParams(fields),
  });
}

/** A session: its cookie, pages that it reads, and forms that it sends. */
export async function signedIn(place: Place, token: string) {
  const answer = await sendForm(place, "/sign-in", { token });
  const cookie = (answer.headers.get("set-cookie") ?? "").split(";", 1)[0] ?? "";
  const get = (path: string) => fetch(`${place.url}${path}`, { headers: { cookie } });
  const form_token = /name="form_token" value="([^"]+)"/.exec(await (await get("/")).text())?.[1] ?? "";
  const send = (path: string, fields = {}) => sendForm(place, path, { form_token, ...fields }, cookie);
  return { cookie, get, send };
}
