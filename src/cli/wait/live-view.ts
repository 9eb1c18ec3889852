import type { FollowedState } from "./follow-state.ts";
import { followState } from "./follow-state.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Session } from "../session.ts";
import { surfaceOf, type Surface } from "../terminal/surface.ts";
import { StatusRegion } from "./status-region.ts";
import { waitUntilDone } from "./until.ts";

/** A state that is kept up to date on a terminal. */
export type LiveView<State> = Pick<FollowedState<State>, "topics" | "isNews" | "read"> & {
  /** What is shown of it; ends in a newline. */
  render(state: State, surface: Surface): string;
  /** True when nothing of it will change any more. */
  isOver?(state: State): boolean;
  /** The command that comes back after Ctrl-C. */
  comeBack: string;
};

/** Ages and times left change without events. */
const REDRAW_MS = 1000;

/**
 * Shows a state on standard output, a terminal, and draws it again in place whenever it changes, until it is over or Ctrl-C.
 * What was shown last stays. Gives the last state, too.
 */
export async function showLive<State>(
  session: Session,
  view: LiveView<State>,
): Promise<{ code: ExitCode; last: State | undefined }> {
  const { cli } = session;
  const region = new StatusRegion(cli.stdout);
  let last: State | undefined;
  const text = () => (last === undefined ? undefined : view.render(last, lessOneColumn(session)));
  const code = await waitUntilDone(
    session,
    { open: () => [], isOwner: false, comeBack: view.comeBack },
    async (signal) => {
      const onLost = (error: Error) => {
        region.clear();
        session.say(`${error.message} Trying again …`);
      };
      const timer = setInterval(() => region.draw(text()), REDRAW_MS);
      try {
        for await (const state of followState(session.client, { ...view, signal, onLost })) {
          last = state;
          region.draw(text());
          if (view.isOver?.(state) === true) break;
        }
      } finally {
        clearInterval(timer);
        region.clear();
        session.print(text() ?? "");
      }
      return EXIT.success;
    },
  );
  return { code, last };
}

/** In the last column a terminal may break the line. */
function lessOneColumn({ cli, options }: Session): Surface {
  const surface = surfaceOf(cli.stdout, cli.env, cli.nowMs(), options);
  return { ...surface, columns: surface.columns - 1 };
}
