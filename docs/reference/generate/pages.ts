import { format } from "prettier";
import { apiPage } from "./api-page.ts";
import { commandPage } from "./command-page.ts";

/** The generated pages of the reference: file name and text, formatted as the repository's files are. */
export async function generatedPages(): Promise<Map<string, string>> {
  const pages = { "cli.md": await commandPage(), "api.md": apiPage() };
  const formatted = Object.entries(pages).map(async ([name, text]): Promise<[string, string]> => {
    return [name, await format(text, { parser: "markdown", printWidth: 120, proseWrap: "preserve" })];
  });
  return new Map(await Promise.all(formatted));
}
