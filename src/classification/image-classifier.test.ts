import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { logOf } from '../../test/support/logged.js';
import { valueAndGrads } from '../autodiff/index.js';
import { RandomStreams } from '../random/index.js';
import { ImageClassifier } from './image-classifier.js';

const options = { image_size: 8, channels: [4, 6], hidden_features: 5, num_classes: 3 };

/** Whether the image is dark, grey or light. */
const batch = () => ({
  image: tf.mul(tf.ones<tf.Rank.R4>([3, 8, 8, 1]), tf.tensor4d([-1, 0, 1], [3, 1, 1, 1])),
  class_label: tf.tensor1d([0, 1, 2], 'int32'),
});

onEveryEngine('ImageClassifier', (test) => {
  test('weights as the layers have them in PyTorch', () => {
    const parameters = [...new ImageClassifier(options).namedParameters()];
    const shapes = parameters.map(([name, { publishedShape }]) => [name, [...publishedShape]]);
    assert.equal(Object.fromEntries(shapes), {
      'convs.0.weight': [4, 1, 3, 3],
      'convs.0.bias': [4],
      'convs.1.weight': [6, 4, 3, 3],
      'convs.1.bias': [6],
      'fc1.weight': [5, 24],
      'fc1.bias': [5],
      'fc2.weight': [3, 5],
      'fc2.bias': [3],
    });
  });

  test('learns three greys, and logs loss and accuracy under the name of the set', () => {
    const model = new ImageClassifier({ ...options, dropout: 0 }).initialize(new RandomStreams(1));
    const logged = logOf(model);
    const [optimizer] = model.configureOptimizers();
    assert.ok(optimizer);
    const data = batch();
    const weights = model.trainableParameters().map(([, { value }]) => value);
    for (let step = 0; step < 60; step++) {
      const { value, grads } = valueAndGrads(() => model.trainingStep(data), weights);
      optimizer.optimizer.step(grads, 0.02);
      tf.dispose([value, ...grads]);
    }
    model.eval();
    const before = tf.memory().numTensors;
    model.validationStep(data);
    model.testStep(data);
    assert.is(tf.memory().numTensors, before);
    assert.equal([logged['train/acc'], logged['val/acc'], logged['test/acc']], [1, 1, 1]);
    assert.ok((logged['test/loss'] ?? NaN) < 0.1, String(logged['test/loss']));
    assert.is(logged['val/loss'], logged['test/loss']);
    tf.dispose(Object.values(data));
  });

  test('shows the images of a batch', async () => {
    const data = batch();
    const { inputs } = await new ImageClassifier(options).logImages(data, { maxImages: 2 });
    assert.equal(inputs?.images.shape, [2, 8, 8, 1]);
    tf.dispose([...Object.values(data), inputs?.images ?? []]);
  });
});
