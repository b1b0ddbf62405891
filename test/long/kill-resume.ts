/**
 * Kills runs with SIGKILL at random moments, and goes on with them: the outcome must be that of the run never killed, bit
 * for bit. `npm run check:resume` kills 50 times, `npm run check:resume -- 200 7` 200 times at other moments.
 */
import { killAndCompare } from '../support/kill-resume.js';

const [moments = 50, seed = 1] = process.argv.slice(2).map(Number);

await killAndCompare({
  steps: 300,
  moments,
  perRun: 10,
  seed,
  say: (text) => {
    console.log(text);
  },
});
