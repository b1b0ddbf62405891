import { join } from 'node:path';
import { defineComponent } from '../src/config/index.js';
import { celebAHQParams, ffhqParams } from '../src/data/faces-hq.params.js';
import { imageNetSRParams, imageNetTrainParams, imageNetValidationParams } from '../src/data/imagenet.params.js';
import { rfwTrainParams, rfwValidationParams } from '../src/data/landscapes.params.js';
import { LSUN, type LsunCategory } from '../src/data/lsun-categories.js';
import { lsunTrainParams, lsunValidationParams } from '../src/data/lsun.params.js';
import { openImagesBBoxTrainParams, openImagesBBoxValidationParams } from '../src/data/open-images-boxes.params.js';
import { fullOpenImagesTrainParams, fullOpenImagesValidationParams } from '../src/data/open-images.params.js';
import { previewsTrainParams, previewsValidationParams } from '../src/data/previews.params.js';
import type { Split } from '../src/data/split.js';
import { superResolutionOpenImagesParams } from '../src/data/super-resolution.params.js';
import {
  checkCrop,
  checkObjectCounts,
  checkSuperResolution,
  needsBoxes,
  needsFolder,
  needsImageNet,
  needsImageNetSR,
} from './data-checks.js';

const splits = [
  ['train', 'Train', 'training'],
  ['validation', 'Validation', 'validation'],
] as const satisfies readonly (readonly [Split, string, string])[];

/** Of what CompVis's configs name but CompVis never published. */
const ownLayout = 'named by latent-diffusion’s configs; its code was never published, the layout is ours';

/** @param name of the folder, which its lists have too */
const needsFaces = (name: string, count: string) =>
  needsFolder(
    `put images of faces there (.jpg, .png, .webp … or .npy; ${count}), or let root name the folder that has them;\n` +
      `${name}train.txt and ${name}validation.txt beside it may list what is for what, else every 20th is for validation`,
  );

const faces = splits.flatMap(([split, name, use]) => [
  defineComponent({
    target: `CelebAHQ${name}`,
    aliases: [`taming.data.faceshq.CelebAHQ${name}`, `ldm.data.faceshq.CelebAHQ${name}`],
    kind: 'dataset',
    summary: `The ${use} images of CelebA-HQ, squares of faces.`,
    source: 'Karras et al. 2018; taming-transformers, taming/data/faceshq.py',
    params: celebAHQParams,
    needs: needsFaces('celebahq', 'CelebA-HQ has 30,000'),
    load: async () => {
      const { facesHQ } = await import('../src/data/faces-hq.js');
      return (params) => facesHQ(params, split);
    },
  }),
  defineComponent({
    target: `FFHQ${name}`,
    aliases: [`taming.data.faceshq.FFHQ${name}`, `ldm.data.faceshq.FFHQ${name}`],
    kind: 'dataset',
    summary: `The ${use} images of FFHQ, squares of faces.`,
    source: 'Karras et al. 2019; taming-transformers, taming/data/faceshq.py',
    params: ffhqParams,
    needs: needsFaces('ffhq', 'FFHQ has 70,000'),
    load: async () => {
      const { facesHQ } = await import('../src/data/faces-hq.js');
      return (params) => facesHQ(params, split);
    },
  }),
]);

const lsunCategories = [
  ['churches', 'Churches'],
  ['bedrooms', 'Bedrooms'],
  ['cats', 'Cats'],
] as const satisfies readonly (readonly [LsunCategory, string])[];

const lsunSets = lsunCategories.flatMap(([category, title]) =>
  splits.map(([split, name, use]) =>
    defineComponent({
      target: `LSUN${title}${name}`,
      aliases: [`ldm.data.lsun.LSUN${title}${name}`],
      kind: 'dataset',
      summary: `The ${use} images of LSUN ${category}, cut to squares.`,
      source: 'Yu et al. 2015; latent-diffusion, ldm/data/lsun.py',
      params: split === 'train' ? lsunTrainParams : lsunValidationParams,
      needs: needsFolder(
        `put the images there, or let root name the folder that has ${LSUN[category].folder}`,
        LSUN[category].folder,
      ),
      load: async () => {
        const { lsun } = await import('../src/data/lsun.js');
        return (params) => lsun(params, category, split);
      },
    }),
  ),
);

const imageNetSource = 'Russakovsky et al. 2015; latent-diffusion, ldm/data/imagenet.py';

const imageNet = [
  defineComponent({
    target: 'ImageNetTrain',
    aliases: ['ldm.data.imagenet.ImageNetTrain', 'taming.data.imagenet.ImageNetTrain'],
    kind: 'dataset',
    summary: 'The training images of ImageNet with their classes.',
    source: imageNetSource,
    params: imageNetTrainParams,
    needs: needsImageNet('train'),
    load: async () => {
      const { imageNetTrain } = await import('../src/data/imagenet.js');
      return (params) => imageNetTrain(params);
    },
  }),
  defineComponent({
    target: 'ImageNetValidation',
    aliases: ['ldm.data.imagenet.ImageNetValidation', 'taming.data.imagenet.ImageNetValidation'],
    kind: 'dataset',
    summary: 'The validation images of ImageNet with their classes.',
    source: imageNetSource,
    params: imageNetValidationParams,
    needs: needsImageNet('validation'),
    load: async () => {
      const { imageNetValidation } = await import('../src/data/imagenet.js');
      return (params) => imageNetValidation(params);
    },
  }),
  ...splits.map(([split, name, use]) =>
    defineComponent({
      target: `ImageNetSR${name}`,
      aliases: [`ldm.data.imagenet.ImageNetSR${name}`],
      kind: 'dataset',
      summary: `The ${use} images of ImageNet, each with a smaller and worse one made of it.`,
      source: imageNetSource,
      params: imageNetSRParams,
      check: checkSuperResolution,
      needs: needsImageNetSR(split),
      load: async () => {
        const { imageNetSR } = await import('../src/data/imagenet.js');
        return (params) => imageNetSR(params, split);
      },
    }),
  ),
];

const openImages = splits.flatMap(([split, name, use]) => [
  defineComponent({
    target: `FullOpenImages${name}`,
    aliases: [`ldm.data.openimages.FullOpenImages${name}`],
    kind: 'dataset',
    summary: `The ${use} images of OpenImages, scaled and cut to squares.`,
    source: `Kuznetsova et al. 2020; ${ownLayout}`,
    params: split === 'train' ? fullOpenImagesTrainParams : fullOpenImagesValidationParams,
    check: checkCrop,
    needs: needsFolder(`put the images into ${join('<root>', split)}, or let root name their folder`),
    load: async () => {
      const { fullOpenImages } = await import('../src/data/open-images.js');
      return (params) => fullOpenImages(params, split);
    },
  }),
  defineComponent({
    target: `SuperresOpenImagesAdvanced${name}`,
    aliases: [`ldm.data.openimages.SuperresOpenImagesAdvanced${name}`],
    kind: 'dataset',
    summary: `The ${use} images of OpenImages, each with a smaller and worse one made of it.`,
    source: `Kuznetsova et al. 2020; ${ownLayout}`,
    params: superResolutionOpenImagesParams,
    check: checkSuperResolution,
    needs: needsFolder(`put the images into ${join('<root>', split)}, or let root name their folder`),
    load: async () => {
      const { superResolutionOpenImages } = await import('../src/data/super-resolution.js');
      return (params) => superResolutionOpenImages(params, split);
    },
  }),
]);

const boxes = splits.map(([split, name, use]) =>
  defineComponent({
    target: `OpenImagesBBox${name}`,
    aliases: [`ldm.data.openimages.OpenImagesBBox${name}`],
    kind: 'dataset',
    summary: `The ${use} images of OpenImages with the boxes of what is in them as tokens, for layout-to-image.`,
    source:
      'Kuznetsova et al. 2020; named by latent-diffusion’s configs; its code was never published, files and tokens are those ' +
      'of taming-transformers’ AnnotatedObjectsOpenImages',
    params: split === 'train' ? openImagesBBoxTrainParams : openImagesBBoxValidationParams,
    check: checkObjectCounts,
    needs: needsBoxes(split),
    load: async () => {
      const { openImagesBoxes } = await import('../src/data/open-images-boxes.js');
      return (params) => openImagesBoxes(params, split);
    },
  }),
);

const landscapesAndCaptions = splits.flatMap(([split, name, use]) => [
  defineComponent({
    target: `RFW${name}`,
    aliases: [`ldm.data.landscapes.RFW${name}`],
    kind: 'dataset',
    summary: `Landscapes with a class for each pixel, ${use}.`,
    source: ownLayout,
    params: split === 'train' ? rfwTrainParams : rfwValidationParams,
    check: checkCrop,
    needs: needsFolder(
      `put images into ${join('<root>', split, 'images')} and their classes, gray PNGs of the same names, into ` +
        join('<root>', split, 'segmentations'),
    ),
    load: async () => {
      const { rfw } = await import('../src/data/landscapes.js');
      return (params) => rfw(params, split);
    },
  }),
  defineComponent({
    target: `Previews${name}`,
    aliases: [`ldm.data.previews.pytorch_dataset.Previews${name}`],
    kind: 'dataset',
    summary: `Images with captions, ${use}.`,
    source: ownLayout,
    params: split === 'train' ? previewsTrainParams : previewsValidationParams,
    needs: needsFolder(
      `put images into ${join('<root>', split)}, each beside a text file of its name with its caption`,
    ),
    load: async () => {
      const { previews } = await import('../src/data/previews.js');
      return (params) => previews(params, split);
    },
  }),
]);

/** The data sets that CompVis's configs name, with their names, keys and layout of files. */
export const publishedData = [...faces, ...lsunSets, ...imageNet, ...openImages, ...boxes, ...landscapesAndCaptions];
