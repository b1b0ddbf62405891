import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertClose } from '../../test/support/compare.js';
import { onEveryEngine } from '../../test/support/engines.js';
import { grads } from '../autodiff/index.js';
import { RandomStreams } from '../random/index.js';
import type { CrossEntropyLossParamsInput } from './cross-entropy-loss.params.js';
import { CrossEntropyLoss } from './index.js';

const logits = [1, 2, -1, 0.5, 0.3, -0.7, 2.2, 1.1, -1.5, 0, 0.25, 4];
const weight = [0.5, 2, 1, 0.25];

/** Of torch.nn.CrossEntropyLoss (PyTorch 1.13) for those logits of three samples. */
const published: [params: CrossEntropyLossParamsInput, labels: number[], loss: number[], gradient: number[]][] = [
  [
    {},
    [1, -100, 3],
    [0.2700394],
    [0.1121039, -0.19527, 0.0151716, 0.0679945, 0, 0, 0, 0, 0.0019537, 0.0087558, 0.0112426, -0.021952],
  ],
  [
    { reduction: 'sum' },
    [1, -100, 3],
    [0.5400789],
    [0.2242078, -0.3905399, 0.0303432, 0.1359889, 0, 0, 0, 0, 0.0039073, 0.0175115, 0.0224852, -0.0439041],
  ],
  [
    { label_smoothing: 0.2 },
    [1, -100, 3],
    [0.7387895],
    [0.0871039, -0.12027, -0.0098284, 0.0429945, 0, 0, 0, 0, -0.0230463, -0.0162442, -0.0137574, 0.053048],
  ],
  [
    { weight },
    [1, -100, 3],
    [0.4451502],
    [0.1992958, -0.3471466, 0.0269718, 0.120879, 0, 0, 0, 0, 0.0004341, 0.0019457, 0.0024984, -0.0048782],
  ],
  [
    { weight, label_smoothing: 0.2 },
    [1, -100, 3],
    [0.8094601],
    [0.1670096, -0.2713734, 0.0018838, 0.1024801, 0, 0, 0, 0, -0.0104382, -0.0414286, -0.0183498, 0.0702165],
  ],
  [
    { weight, label_smoothing: 0.2, reduction: 'sum' },
    [1, -100, 3],
    [1.8212852],
    [0.3757715, -0.6105902, 0.0042385, 0.2305802, 0, 0, 0, 0, -0.0234859, -0.0932143, -0.041287, 0.1579872],
  ],
  [
    { ignore_index: 3, reduction: 'none' },
    [1, 2, 3],
    [0.4951819, 0.4301336, 0],
    [0.2242078, -0.3905399, 0.0303432, 0.1359889, 0.0972827, 0.0357883, -0.3495778, 0.2165067, 0, 0, 0, 0],
  ],
];

onEveryEngine('CrossEntropyLoss', (test) => {
  for (const [params, labels, loss, gradient] of published) {
    test(`as PyTorch's with ${JSON.stringify(params)}`, () => {
      const module = new CrossEntropyLoss(params).initialize(new RandomStreams(0));
      const before = tf.memory().numTensors;
      const input = tf.tensor2d(logits, [3, 4]);
      const target = tf.tensor1d(labels, 'int32');
      const found = module.forward(input, target);
      assert.equal(found.shape, params.reduction === 'none' ? [3] : []);
      assertClose(found.dataSync(), loss, 1e-6, 'loss');
      const [atInput] = grads(() => module.forward(input, target), [input]);
      assertClose(atInput!.dataSync(), gradient, 1e-6, 'gradient');
      tf.dispose([input, target, found, atInput!]);
      assert.is(tf.memory().numTensors, before);
      module.dispose();
    });
  }

  test('of each pixel', () => {
    // torch.arange(24.).reshape(2, 3, 2, 2).sin()
    const published = tf.reshape(tf.sin(tf.range(0, 24)), [2, 3, 2, 2]);
    const input = tf.transpose(published, [0, 2, 3, 1]);
    const target = tf.tensor3d([0, 1, 2, -100, 1, 1, 0, 2], [2, 2, 2], 'int32');
    const each = new CrossEntropyLoss({ reduction: 'none' }).forward(input, target);
    assert.equal(each.shape, [2, 2, 2]);
    const expected = [1.4251958, 2.3971219, 1.8840656, 0, 1.6297841, 2.3996217, 0.4339356, 2.1009293];
    assertClose(each.dataSync(), expected, 1e-6, 'each');
    assertClose(
      new CrossEntropyLoss({ label_smoothing: 0.1 }).forward(input, target).dataSync(),
      [1.7100682],
      1e-6,
      'mean',
    );
  });

  test('labels that are no classes, and weights of others', () => {
    const input = tf.zeros([1, 2]);
    const label = (value: number) => tf.tensor1d([value], 'int32');
    assert.throws(() => new CrossEntropyLoss().forward(input, label(2)), /label 2/);
    const weighted = new CrossEntropyLoss({ weight: [1, 2, 3] });
    assert.throws(() => weighted.forward(input, label(0)), /CrossEntropyLoss: expected logits of 3 classes, found 2/);
  });
});
