import { describePage } from "../docs/describe-page.ts";

// Two rounds of twelve suites, 12 seconds of work each on an idle machine.
describePage("examples/monorepo/README.md", 300_000);
