import { defineComponent, type ParamProblem } from '../src/config/index.js';
import { imageClassifierFeaturesParams } from '../src/classification/image-classifier-features.params.js';
import { vgg16FeatureExtractorParams } from '../src/metrics/vgg16-feature-extractor.params.js';
import { describeLpipsFile } from '../src/losses/lpips-files.js';
import { checkImageClassifier } from './classifiers.js';

export const featureExtractors = [
  defineComponent({
    target: 'VGG16FeatureExtractor',
    kind: 'feature-extractor',
    summary: "Images to the averages of torchvision's VGG16's last convolution, to compare sets of images in.",
    shapes: 'images [N, 3 or 1, H, W] in [-1, 1], H and W at least 16 -> [N, 512]',
    source: 'Simonyan and Zisserman 2015',
    params: vgg16FeatureExtractorParams,
    needs: ({ ckpt_path: file }) => [{ path: ['ckpt_path'], file, ...describeLpipsFile('vgg16', file) }],
    load: async () => {
      const { VGG16FeatureExtractor } = await import('../src/metrics/vgg16-feature-extractor.js');
      const { readWeights } = await import('../src/io/weights-file.js');
      return (params) => new VGG16FeatureExtractor(params, readWeights);
    },
  }),
  defineComponent({
    target: 'ImageClassifierFeatures',
    kind: 'feature-extractor',
    summary: 'Images to what a trained ImageClassifier makes of them before its last layer.',
    shapes: 'images [N, in_channels, image_size, image_size] in [-1, 1] -> [N, hidden_features]',
    source: 'own',
    params: imageClassifierFeaturesParams,
    check: (params): ParamProblem[] => checkImageClassifier(params),
    needs: ({ ckpt_path: file }) => [
      {
        path: ['ckpt_path'],
        file,
        what: 'a run folder, or a checkpoint, of an ImageClassifier',
        remedy: 'train one: npx run configs/classic/mnist-classifier.yaml',
      },
    ],
    load: async () => {
      const { ImageClassifierFeatures } = await import('../src/classification/image-classifier-features.js');
      return (params) => new ImageClassifierFeatures(params);
    },
  }),
];
