import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { writeSafetensors } from '../io/safetensors.js';
import { RandomStreams } from '../random/index.js';
import { ImageClassifierFeatures } from './image-classifier-features.js';
import { ImageClassifier } from './image-classifier.js';

const options = { image_size: 8, in_channels: 1, channels: [4, 6], hidden_features: 5, num_classes: 3 };

onEveryEngine('ImageClassifierFeatures', (test) => {
  test("the trained classifier's features, from which its last layer makes the logits", () => {
    const trained = new ImageClassifier(options).initialize(new RandomStreams(1)).eval();
    const file = join(temporaryFolder(), 'classifier.safetensors');
    writeSafetensors(file, trained.stateDict());
    const before = tf.memory().numTensors;
    const extractor = new ImageClassifierFeatures({ ...options, ckpt_path: file }).initialize(new RandomStreams(2));
    assert.not(extractor.training);
    assert.equal(extractor.trainableParameters(), []);
    tf.tidy(() => {
      const images = tf.reshape<tf.Rank.R4>(tf.linspace(-1, 1, 2 * 64), [2, 8, 8, 1]);
      const features = extractor.features(images);
      assert.equal(features.shape, [2, 5]);
      const { weight, bias } = lastLayerOf(trained);
      const logits = tf.add(tf.matMul(features, weight, false, true), bias).dataSync();
      const expected = trained.forward(images).dataSync();
      assert.ok(logits.every((value, i) => Math.abs(value - (expected[i] ?? NaN)) < 1e-6));
    });
    extractor.dispose();
    assert.is(tf.memory().numTensors, before);
    trained.dispose();
  });

  test('weights of another network, or not all, are refused', () => {
    const state = new ImageClassifier(options).initialize(new RandomStreams(1)).stateDict();
    const file = join(temporaryFolder(), 'classifier.safetensors');
    state.delete('fc2.bias');
    writeSafetensors(file, state);
    const read = (changed: object) => () =>
      new ImageClassifierFeatures({ ...options, ckpt_path: file, ...changed }).initialize(new RandomStreams(1));
    assert.throws(read({}), /1 weights of the classifier are missing\n {2}expected: {5}fc2\.bias/);
    assert.throws(read({ hidden_features: 6 }), /fc1\.weight has the wrong shape/);
    assert.throws(read({ ckpt_path: 'none.ckpt' }), /none\.ckpt/);
  });

  test('images of another shape are refused', () => {
    const extractor = new ImageClassifierFeatures({ ...options, ckpt_path: 'a.ckpt' });
    const images = tf.zeros<tf.Rank.R4>([1, 8, 8, 3]);
    assert.throws(
      () => extractor.features(images),
      /not of the shape that the classifier of rfid was trained on\n {2}found: {8}8x8 pixels, 3 channels\n {2}expected: {5}8x8 pixels, 1 channels/,
    );
    images.dispose();
  });
});

function lastLayerOf(classifier: ImageClassifier): { weight: tf.Tensor2D; bias: tf.Tensor1D } {
  const [weight, bias] = ['fc2.weight', 'fc2.bias'].map((name) => classifier.stateDict().get(name)!);
  return {
    weight: tf.tensor2d([...(weight!.data as Float32Array)], [3, 5]),
    bias: tf.tensor1d([...(bias!.data as Float32Array)]),
  };
}
