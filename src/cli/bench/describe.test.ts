import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { describe } from './describe.js';
import type { Measurement, Timing } from './measure.js';
import { scaledPublished, type Report } from './run-workload.js';

const timing: Timing = {
  part: 'step',
  engine: 'torch',
  title: 'LibTorch 1.13.1',
  threads: 2,
  samples: 3,
  repetitionsPerSample: 1,
  seconds: { median: 0.5, min: 0.4, max: 1 },
  rate: 100e9,
  unit: 'FLOP/s',
  peakBytes: 800 * 2 ** 20,
};

const yardstick: Timing = { ...timing, part: 'forward', rate: 200e9, seconds: { median: 0.01, min: 0.008, max: 0.02 } };

const calibration: Timing = { ...yardstick, engine: 'pytorch', rate: 50e9 };

const workload = {
  name: 'unet_train_b8_32px',
  summary: 'a training step',
  parts: [],
  engines: [],
  prepare: () => ({ check: () => 0, run: () => undefined }),
  published: { seconds: [1, 2], convolutionRate: 100e9 },
} as const;

const measurement: Measurement = { ...timing, shareOfPeak: 0.5, timesTheFirst: 1 };

const report: Report = {
  measurements: [
    measurement,
    { ...measurement, engine: 'pytorch', title: 'PyTorch 1.13', timesTheFirst: 2, shareOfPeak: 0.25 },
  ],
  yardsticks: [yardstick, calibration],
  convolutions: [
    {
      part: 'step',
      engine: 'torch',
      seconds: 0.5,
      kernels: [
        { kernel: 'FusedConv2D', calls: 51, seconds: 0.1, flop: 20e9 },
        { kernel: 'Conv2DBackpropFilter', calls: 50, seconds: 0.2, flop: 20e9 },
      ],
    },
  ],
  absent: ['wasm, step: no kernel of its own for Conv2DBackpropFilter'],
  disagree: ['step: pytorch gives 2, torch 1'],
};

test('a published time is scaled by how fast PyTorch runs the convolution here', () => {
  assert.equal(scaledPublished(workload, report)?.scaledSeconds, [2, 4]);
  assert.is(scaledPublished(workload, { yardsticks: [yardstick] }), undefined, 'no PyTorch, no scaling');
  assert.is(scaledPublished({ ...workload, published: undefined }, report), undefined);
});

test('a report as text', () => {
  const published = scaledPublished(workload, report);
  const text = describe(workload, { ...report, ...(published && { published }) }, 3);
  assert.equal(text.split('\n'), [
    'unet_train_b8_32px: a training step',
    'torch is LibTorch 1.13.1, 2 threads; pytorch is PyTorch 1.13, 2 threads; 3 rounds, interleaved',
    'peak of this run: convolution (conv3x3 forward on torch) 200 GFLOP/s, from 100 to 250',
    'calibration: convolution (conv3x3 forward on pytorch) 50.0 GFLOP/s, from 25.0 to 62.5',
    '',
    'part  engine   median ms  min   max         rate  of peak  time / torch  peak memory',
    'step  torch          500  400  1000  100 GFLOP/s      50%         1.00×      800 MiB',
    'step  pytorch        500  400  1000  100 GFLOP/s      25%         2.00×      800 MiB',
    '',
    'convolutions on torch in one step of 500 ms, apart from the rounds',
    'kernel                calls   ms  of the time  GFLOP  GFLOP/s  of peak',
    'FusedConv2D              51  100          20%   20.0      200     100%',
    'Conv2DBackpropFilter     50  200          40%   20.0      100      50%',
    'all convolutions        101  300          60%   40.0      133      67%',
    '',
    "published reference, scaled by PyTorch's convolution: 2.00–4.00 s " +
      '(1.00–2.00 s where that ran at 100 GFLOP/s); torch takes 0.13–0.25× that',
    'absent: wasm, step: no kernel of its own for Conv2DBackpropFilter',
    'WRONG: step: pytorch gives 2, torch 1',
  ]);
});

test.run();
