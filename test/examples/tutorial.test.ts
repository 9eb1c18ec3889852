import { describePage } from "../docs/describe-page.ts";
import { withoutDebian } from "./reachable.ts";

// One package through all its steps: a few minutes.
describePage("TUTORIAL.md", 900_000, withoutDebian());
