import { describePage } from "../docs/describe-page.ts";

// Two rounds of 60 short runs.
describePage("examples/matrix/README.md", 300_000);
