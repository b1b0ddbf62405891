import { defineComponent } from '../src/config/index.js';
import { imageLoggerParams } from '../src/train/callbacks/image-logger.params.js';
import { modelCheckpointParams } from '../src/train/callbacks/model-checkpoint.params.js';

export const callbacks = [
  defineComponent({
    target: 'ImageLogger',
    aliases: ['main.ImageLogger'],
    kind: 'callback',
    summary: 'Draws inputs, noise and samples into images/ and TensorBoard.',
    source: 'latent-diffusion, main.py',
    params: imageLoggerParams,
    load: async () => {
      const { ImageLogger } = await import('../src/train/callbacks/image-logger.js');
      return (params) => new ImageLogger(params);
    },
  }),
  defineComponent({
    target: 'ModelCheckpoint',
    aliases: ['pytorch_lightning.callbacks.ModelCheckpoint'],
    kind: 'callback',
    summary: 'Saves everything a run needs to go on.',
    source: 'PyTorch Lightning, ModelCheckpoint',
    params: modelCheckpointParams,
    load: async () => {
      const { ModelCheckpoint } = await import('../src/train/callbacks/model-checkpoint.js');
      return (params) => new ModelCheckpoint(params);
    },
  }),
];
