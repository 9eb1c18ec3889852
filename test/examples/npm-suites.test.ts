import { describePage } from "../docs/describe-page.ts";
import { withoutNpmRegistry } from "./reachable.ts";

// Two rounds of three packages from the npm registry: about a minute each on an idle machine.
describePage("examples/npm-suites/README.md", 900_000, withoutNpmRegistry());
