// The page, in the user's browser. Asks again for what should never end.
import { passes } from "./failures.js";

const first_wait = 1000;
const longest_wait = 30000;
const between = 200;  // after an attempt that ended without a failure, such as a stream that has had its hour

function wait(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

// Runs `attempt` until it returns true, or fails in a way that asking again does not mend (which is thrown), or
// `signal` aborts. Waits twice as long after each failure, from 1 s to 30 s; an attempt calls the function that it is
// given as soon as something has come. `told(failure, milliseconds)` is called before each wait.
export async function keep_trying(attempt, signal, told) {
  let pause = first_wait;
  while (!signal.aborted) {
    try {
      if (await attempt(() => (pause = first_wait))) return;
      await wait(between, signal);
    } catch (failure) {
      if (signal.aborted) return;
      if (!passes(failure)) throw failure;
      told(failure, pause);
      await wait(pause, signal);
      pause = Math.min(longest_wait, pause * 2);
    }
  }
}
