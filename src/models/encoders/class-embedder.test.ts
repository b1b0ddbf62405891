import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../../test/support/engines.js';
import { ClassEmbedder } from './class-embedder.js';

onEveryEngine('ClassEmbedder', (test) => {
  test('a row of its table for each class, taken from the batch by key', () => {
    const model = new ClassEmbedder({ n_classes: 3, embed_dim: 2, key: 'class_label' });
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    model.loadStateDict(new Map([['embedding.weight', { dtype: 'F32', shape: [3, 2], data }]]));
    const before = tf.memory().numTensors;
    const labels = tf.tensor1d([2, 0], 'int32');
    const found = model.methods().forward?.({ class_label: labels }) as tf.Tensor;
    assert.equal(found.arraySync(), [[[5, 6]], [[1, 2]]]);
    assert.throws(() => model.methods().forward?.({ class: labels }), /the input class_label is missing/);
    tf.dispose([labels, found]);
    assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
    model.dispose();
  });
});
