import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertClose } from '../../../test/support/compare.js';
import { onEveryEngine } from '../../../test/support/engines.js';
import { RandomStreams } from '../../random/index.js';
import { DDIMScheduler, DDPMScheduler } from './index.js';
import type { DDPMSchedulerOptions } from './noise-scheduler.params.js';
import { spacedTimesteps, timestepSpacings } from './timestep-spacing.js';

const one = (...values: number[]) => tf.tensor4d(values, [1, 1, 1, values.length]);

onEveryEngine("diffusers' schedulers", (test) => {
  for (const [variance_type, expected] of [
    ['fixed_small', Math.sqrt(1 / 14)],
    ['fixed_small_log', Math.sqrt(1 / 14)],
    ['fixed_large', Math.sqrt(0.2)],
    ['fixed_large_log', Math.sqrt(0.2)],
    ['learned', 0.5],
    // Halfway between the logarithms of both bounds, moved up by 0.25 / 2 of their distance.
    ['learned_range', Math.sqrt((1 / 14) ** 0.375 * 0.2 ** 0.625)],
  ] as const) {
    test(`the noise of a step with variance_type ${variance_type}`, () => {
      tf.tidy(() => {
        // Products of alphas 0.9 and 0.72: the bounds of the variance are 0.1 / 0.28 * 0.2 and 0.2.
        const options: DDPMSchedulerOptions = { num_train_timesteps: 2, trained_betas: [0.1, 0.2], variance_type };
        const scheduler = new DDPMScheduler({ ...options, prediction_type: 'sample' });
        const output = variance_type.startsWith('learned') ? one(0, 0.25) : one(0);
        const { prevSample, predOriginalSample } = scheduler.step(output, 1, one(0), { varianceNoise: one(1) });
        assertClose(prevSample.dataSync(), [expected], 1e-6, 'noise');
        assert.equal(predOriginalSample.shape, [1, 1, 1, 1]);
        const { prevSample: last } = scheduler.step(output, 0, one(1));
        assert.equal([...last.dataSync()], [0]);
      });
    });
  }

  test('timesteps: rounded as NumPy does, moved, or given', () => {
    const spaced = (count: number, num_train_timesteps: number, steps_offset = 0) =>
      timestepSpacings.map((timestep_spacing) =>
        spacedTimesteps(count, { num_train_timesteps, timestep_spacing, steps_offset }),
      );
    assert.equal(spaced(4, 10), [
      [9, 6, 3, 0],
      [6, 4, 2, 0],
      [9, 7, 4, 1],
    ]);
    assert.equal(spaced(7, 10)[0], [9, 8, 6, 4, 3, 2, 0]);
    assert.equal(spaced(1, 10, 3), [[0], [3], [9]]);
    const scheduler = new DDIMScheduler({ num_train_timesteps: 10 });
    assert.equal([...scheduler.timesteps], [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    assert.throws(() => {
      scheduler.setTimesteps(11);
    }, /expected 1 to 10 steps, found 11/);
    assert.throws(() => {
      new DDPMScheduler({ num_train_timesteps: 10, steps_offset: 1 }).setTimesteps(10);
    }, /10 steps with steps_offset 1 begin at timestep 10, and the last is 9/);
    for (const bad of [[], [10, 1], [3, 3], [2, -1], [1.5]]) {
      assert.throws(() => {
        scheduler.setTimesteps(bad);
      }, /expected descending timesteps from at most 9 to at least 0/);
    }
  });

  test('given timesteps lead from one to the next', () => {
    tf.tidy(() => {
      const scheduler = new DDIMScheduler({ num_train_timesteps: 10, clip_sample: false });
      scheduler.setTimesteps([8, 3, 0]);
      const { alphasCumprod } = scheduler;
      for (const [timestep, next] of [
        [8, alphasCumprod[3]!],
        [3, alphasCumprod[0]!],
        [0, 1],
      ] as const) {
        const { prevSample, predOriginalSample } = scheduler.step(one(0.5), timestep, one(1));
        const x0 = (1 - Math.sqrt(1 - alphasCumprod[timestep]!) * 0.5) / Math.sqrt(alphasCumprod[timestep]!);
        assertClose(predOriginalSample.dataSync(), [x0], 1e-6, 'x0');
        assertClose(prevSample.dataSync(), [Math.sqrt(next) * x0 + Math.sqrt(1 - next) * 0.5], 1e-6, 'sample');
      }
      assert.throws(() => scheduler.step(one(0.5), 7, one(1)), /expected one of the timesteps 8, 3, 0, found 7/);
      assert.throws(() => scheduler.step(one(0.5), 10, one(1)), /expected a timestep from 0 to 9, found 10/);
    });
  });

  test('schedules of betas', () => {
    const { betas } = new DDPMScheduler({ beta_schedule: 'sigmoid' });
    assertClose(betas.subarray(0, 1), [0.0199 / (1 + Math.exp(6)) + 1e-4], 1e-9, 'first');
    assertClose(betas.subarray(999), [0.0199 / (1 + Math.exp(-6)) + 1e-4], 1e-8, 'last');
    const rescaled = new DDIMScheduler({ rescale_betas_zero_snr: true });
    assert.is(rescaled.alphasCumprod.at(-1), 0);
    assertClose(rescaled.alphasCumprod.subarray(0, 1), [1 - 1e-4], 1e-7, 'the first is kept');
    assert.throws(
      () => new DDPMScheduler({ num_train_timesteps: 3, trained_betas: [0.1] }),
      /trained_betas: expected 3, one for each timestep, found 1/,
    );
  });

  test('the noise of a step is given or drawn', () => {
    tf.tidy(() => {
      const scheduler = new DDIMScheduler();
      scheduler.setTimesteps(10);
      const generator = () => new RandomStreams(3).get('sample');
      const drawn = scheduler.step(one(0), 900, one(0), { eta: 1, generator: generator() });
      const varianceNoise = generator().normal([1, 1, 1, 1]) as tf.Tensor4D;
      const given = scheduler.step(one(0), 900, one(0), { eta: 1, varianceNoise });
      assert.equal(drawn.prevSample.dataSync(), given.prevSample.dataSync());
      assert.throws(() => scheduler.step(one(0), 900, one(0), { eta: 1.1 }), /expected eta from 0 to 1, found 1.1/);
      assert.throws(() => scheduler.step(one(0), 900, one(0), { eta: 1 }), /a generator or varianceNoise .* neither/);
      assert.throws(
        () => scheduler.step(one(0), 900, one(0), { eta: 1, varianceNoise, generator: generator() }),
        /a generator or varianceNoise, found both/,
      );
      assert.throws(
        () => new DDPMScheduler({ variance_type: 'learned' }).step(one(0), 5, one(0)),
        /variance_type learned: expected 2 channels of the network's output, found 1/,
      );
    });
  });
});
