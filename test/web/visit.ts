import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";

/** Where the pages are for people, and a token to sign in with. */
export type Place = { url: string; adminToken: string };

/** A browser's window on a server, and what went wrong in it. */
export type Visit = {
  context: BrowserContext;
  page: Page;
  /** What the console complained of, and requests that failed or went elsewhere. */
  complaints: string[];
};

/** Opens a window and signs in as a person would. */
export async function visit(
  browser: Browser,
  { server }: { server: Place },
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ baseURL: server.url, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  await signIn(page, server.adminToken);
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(server.url)) complaints.push(`asked another host: ${request.url()}`);
  });
  return { context, page, complaints };
}

/** Pastes the token, once. */
export async function signIn(page: Page, token: string): Promise<void> {
  await page.goto("./");
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
}
