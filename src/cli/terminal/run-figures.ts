export { isRunLowerBound, runFigure } from "../../history/run-figure.ts";
