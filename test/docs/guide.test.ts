import { describePage } from "./describe-page.ts";
import { pagesIn } from "./fenced-blocks.ts";

const PAGES = ["CONTRIBUTING.md", ...pagesIn("docs/guide")];
for (const page of PAGES) describePage(page, 180_000);
