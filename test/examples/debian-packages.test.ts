import { describePage } from "../docs/describe-page.ts";
import { withoutDebian } from "./reachable.ts";

// One package, with its build dependencies in a layer: about a minute on an idle machine.
describePage("examples/debian-packages/README.md", 900_000, withoutDebian());
