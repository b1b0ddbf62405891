import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { selectEngine } from '../engine/index.js';
import { RandomStreams } from '../random/index.js';
import { withConditionsDropped } from './condition-dropout.js';

const test = suite('conditions left out in training');

test.before(async () => {
  await selectEngine('cpu');
});

const generator = () => new RandomStreams(1).get('condition_dropout');
const labels = tf.util.createShuffledIndices(1000);

test('labels are replaced as often as asked, each by itself; the rest of the batch stays', () => {
  tf.tidy(() => {
    const batch = { class_label: tf.tensor1d(Int32Array.from(labels), 'int32'), image: tf.zeros([1000, 1]) };
    const shown = withConditionsDropped(batch, { class_label: { p: 0.15, val: 1000 } }, generator());
    const values = [...(shown.class_label as tf.Tensor).dataSync()];
    const dropped = values.filter((value) => value === 1000).length;
    assert.ok(dropped > 110 && dropped < 190, String(dropped));
    assert.ok(values.every((value, i) => value === 1000 || value === labels[i]));
    assert.is((shown.class_label as tf.Tensor).dtype, 'int32');
    assert.is(shown.image, batch.image);
  });
});

test('texts too; a probability of 0 leaves all, 1 none', () => {
  const batch = { caption: ['a cat', 'a dog', 'a hat'] };
  const dropped = (p: number) => withConditionsDropped(batch, { caption: { p, val: '' } }, generator()).caption;
  assert.equal(dropped(0), batch.caption);
  assert.equal(dropped(1), ['', '', '']);
});

test('what cannot be left out is named', () => {
  const batch = { class_label: tf.tensor1d([1], 'int32') };
  const dropping = (key: string, val: string | number) => () =>
    withConditionsDropped(batch, { [key]: { p: 1, val } }, generator());
  assert.throws(dropping('label', 3), /ucg_training\.label: the data set has no such condition\n.*\n.*class_label/);
  assert.throws(dropping('class_label', ''), /class labels with a number in their place/);
});

test.run();
