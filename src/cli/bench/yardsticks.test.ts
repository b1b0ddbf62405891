import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { memoryBandwidth } from './commands.js';
import { Contestant } from './contestant.js';

test('memory is moved by any number of threads', async () => {
  for (const threads of [1, 3]) {
    const contestant = await Contestant.start(memoryBandwidth(threads, 'moving', 2 ** 16));
    assert.is(contestant.ready.threads, threads);
    assert.equal(contestant.ready.checks, { moving: 0 });
    const { seconds, peakBytes } = await contestant.run({ part: 'moving', repetitions: 3 });
    contestant.stop();
    assert.ok(seconds > 0 && peakBytes > 0);
  }
});

test.run();
