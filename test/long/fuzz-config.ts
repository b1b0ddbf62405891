/**
 * `npm run fuzz:config`: 100,000 mutated configs, none of which may crash, take longer than a second or get through with an
 * unknown key. `npm run fuzz:config -- 5000 7` tries 5,000 with seed 7.
 */
import { fuzzConfigs } from '../robustness/config/fuzz.js';

const [cases = '100000', seed = '1'] = process.argv.slice(2);
const ROUND = 2000;

let failed = 0;
for (let done = 0, round = 0; done < Number(cases); done += ROUND, round += 1) {
  const count = Math.min(ROUND, Number(cases) - done);
  const { valid, refused, slowest, faults } = fuzzConfigs({ seed: Number(seed) + round, cases: count });
  failed += faults.length;
  console.log(
    `${done + count} of ${cases}: ${valid} valid, ${refused} refused, slowest ${slowest.toFixed(2)} s, ` +
      `${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`,
  );
  for (const fault of faults) console.log(`\nseed ${Number(seed) + round}, ${fault}\n`);
}
console.log(failed === 0 ? `${cases} configs: no fault` : `${failed} faults`);
process.exitCode = failed === 0 ? 0 : 1;
