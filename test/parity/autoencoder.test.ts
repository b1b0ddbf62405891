import * as tf from '@tensorflow/tfjs-core';
import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import { valueAndGrads } from '../../src/autodiff/index.js';
import type { AutoencoderKLOptions } from '../../src/first-stages/autoencoder-kl.params.js';
import { AutoencoderKL } from '../../src/first-stages/autoencoder-kl.js';
import { VQModelInterface } from '../../src/first-stages/vq-model-interface.js';
import type { VQModelOptions } from '../../src/first-stages/vq-model.params.js';
import { VQModel } from '../../src/first-stages/vq-model.js';
import {
  assertClose,
  assertParameterGradients,
  fillByHash,
  GRADIENT_TOLERANCE,
  OUTPUT_TOLERANCE,
  published,
  toTensor,
} from '../support/compare.js';
import { onEveryEngine } from '../support/engines.js';
import { readGolden } from '../support/golden.js';

const matchKL = (names: readonly string[]) => (test: Test) => {
  for (const name of names) {
    test(`${name}: outputs, loss and every gradient`, () => {
      const golden = readGolden(name);
      const model = new AutoencoderKL(golden.params as unknown as AutoencoderKLOptions);
      fillByHash(model);
      const before = tf.memory().numTensors;
      const x = toTensor(golden.get('in.x')) as tf.Tensor4D;
      const sample = toTensor(golden.get('in.nll_sample')) as tf.Tensor4D;
      const expectOutput = (key: string, found: tf.Tensor) => {
        assertClose(published(found), golden.floats(`out.${key}`), OUTPUT_TOLERANCE, key);
      };

      const { reconstruction, posterior } = model.forward(x, false);
      const [kl, nll] = [posterior.kl(), posterior.nll(sample)];
      expectOutput('mean', posterior.mean);
      expectOutput('logvar', posterior.logvar);
      expectOutput('y', reconstruction);
      expectOutput('kl', kl);
      expectOutput('nll', nll);
      tf.dispose([reconstruction, kl, nll]);
      posterior.dispose();

      const parameters = model.trainableParameters().map(([, parameter]) => parameter.value);
      const { value, grads } = valueAndGrads(() => {
        const output = model.forward(x, false);
        const error = tf.mean(tf.abs(tf.sub(output.reconstruction, x)));
        return tf.add<tf.Scalar>(error, tf.mul(tf.mean(output.posterior.kl()), 1e-3));
      }, [...parameters, x]);
      expectOutput('loss', value);
      assertParameterGradients(golden, model, grads);
      assertClose(published(grads.at(-1)!), golden.floats('grad.in.x'), GRADIENT_TOLERANCE, 'grad.in.x');

      tf.dispose([x, sample, value, ...grads]);
      assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
      model.dispose();
    });
  }
};

onEveryEngine('AutoencoderKL against the published one', matchKL(['autoencoder_kl']), ['torch', 'wasm']);
onEveryEngine(
  'AutoencoderKL of other options against the published one',
  matchKL(['autoencoder_kl_linear_attn', 'autoencoder_kl_no_attn_tanh']),
  ['torch'],
);

onEveryEngine(
  'VQModel against the published one',
  (test) => {
    const golden = readGolden('vq_model');
    const options = golden.params as unknown as VQModelOptions;
    const codebook = new Map([['quantize.embedding.weight', golden.get('param.quantize.embedding.weight')]]);

    test('outputs, loss and every gradient', () => {
      const model = new VQModel(options);
      fillByHash(model);
      model.loadStateDict(codebook, { strict: false });
      const before = tf.memory().numTensors;
      const x = toTensor(golden.get('in.x')) as tf.Tensor4D;

      const { quant, codebookLoss, indices } = model.encode(x);
      const y = model.decode(quant);
      assertClose(published(quant), golden.floats('out.quant'), OUTPUT_TOLERANCE, 'quant');
      assertClose(codebookLoss.dataSync(), golden.floats('out.codebook_loss'), OUTPUT_TOLERANCE, 'codebook_loss');
      assert.equal([...indices.dataSync()], [...golden.ints('out.indices')]);
      assert.equal(indices.shape, golden.get('out.indices').shape);
      assertClose(published(y), golden.floats('out.y'), OUTPUT_TOLERANCE, 'y');

      const parameters = model.trainableParameters().map(([, parameter]) => parameter.value);
      const { value, grads } = valueAndGrads(() => {
        const output = model.forward(x);
        return tf.add<tf.Scalar>(tf.mean(tf.abs(tf.sub(output.reconstruction, x))), output.codebookLoss);
      }, [...parameters, x]);
      assertClose(value.dataSync(), golden.floats('out.loss'), OUTPUT_TOLERANCE, 'loss');
      assertParameterGradients(golden, model, grads);
      assertClose(published(grads.at(-1)!), golden.floats('grad.in.x'), GRADIENT_TOLERANCE, 'grad.in.x');

      tf.dispose([x, quant, codebookLoss, indices, y, value, ...grads]);
      assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
      model.dispose();
    });

    test('as a first stage: encodes before the codebook, decodes through it or, where told so, past it', () => {
      const model = new VQModelInterface(options);
      fillByHash(model);
      model.loadStateDict(codebook, { strict: false });
      const before = tf.memory().numTensors;
      const x = toTensor(golden.get('in.x')) as tf.Tensor4D;
      const quant = toTensor(golden.get('out.quant')) as tf.Tensor4D;
      const h = model.encode(x);
      const decoded = [model.decode(h), model.decode(quant, { forceNotQuantize: true })];
      const past = model.decode(h, { forceNotQuantize: true });
      for (const y of decoded) assertClose(published(y), golden.floats('out.y'), OUTPUT_TOLERANCE, 'y');
      assert.not.equal([...past.dataSync()], [...decoded[0]!.dataSync()]);
      tf.dispose([x, quant, h, past, ...decoded]);
      assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
      model.dispose();
    });
  },
  ['torch', 'wasm'],
);
