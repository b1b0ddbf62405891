import { defineComponent, type ParamProblem } from '../src/config/index.js';
import { imageClassifierParams, type ImageClassifierParams } from '../src/classification/image-classifier.params.js';
import { trainingParts } from './training-parts.js';

/** That something is left of an image to look at. */
export function checkImageClassifier({
  image_size: size,
  channels,
}: Pick<ImageClassifierParams, 'image_size' | 'channels'>): ParamProblem[] {
  const least = 2 ** channels.length;
  if (size >= least) return [];
  return [
    {
      path: ['channels'],
      problem: 'halves the images more often than they can be',
      found: `${channels.length} convolutions for ${size} pixels`,
      expected: `at most ${Math.floor(Math.log2(size))}`,
    },
  ];
}

export const classifiers = [
  defineComponent({
    target: 'ImageClassifier',
    kind: 'model',
    summary: 'Small convolutional network that tells classes of images apart.',
    shapes:
      'batches of images [N, H, W, in_channels] in [-1, 1] under first_stage_key and labels [N] under cond_stage_key; forward: x [N, in_channels, H, W] -> logits [N, num_classes]',
    source: 'LeCun et al. 1998',
    params: imageClassifierParams,
    check: checkImageClassifier,
    load: async () => {
      const { ImageClassifier } = await import('../src/classification/image-classifier.js');
      return ({ scheduler_config, optimizer_config, ...options }, build) =>
        new ImageClassifier({ ...options, ...trainingParts({ scheduler_config, optimizer_config }, build) });
    },
  }),
];
