import { defineComponent } from '../src/config/index.js';
import { imageFolderParams } from '../src/data/image-folder.params.js';
import { customTestParams, customTrainParams, imagePathsParams } from '../src/data/image-paths.params.js';
import { webDatasetParams } from '../src/data/webdataset.params.js';
import { checkCrop, checkLocalShards, needsFolder, needsList, needsShards } from './data-checks.js';

const base = 'taming-transformers, taming/data/base.py';
const custom = 'taming-transformers, taming/data/custom.py';

const loadImagePaths = async () => {
  const { openImagePaths } = await import('../src/data/open-image-paths.js');
  return openImagePaths;
};

/** Data sets of the user's own images. */
export const imageData = [
  defineComponent({
    target: 'ImageFolder',
    kind: 'dataset',
    summary: 'A folder of images of any common format and size, with classes by folder on request.',
    source: 'own',
    params: imageFolderParams,
    check: checkCrop,
    needs: needsFolder('put the images there, or let root name the folder that has them'),
    load: async () => {
      const { imageFolder } = await import('../src/data/image-folder.js');
      return (params) => imageFolder(params);
    },
  }),
  defineComponent({
    target: 'WebDataset',
    kind: 'dataset',
    summary: 'Tar shards in WebDataset’s form: images with classes, captions or JSON beside them.',
    source: 'own; https://github.com/webdataset/webdataset, "The WebDataset Format"',
    params: webDatasetParams,
    check: (params) => [...checkCrop(params), ...checkLocalShards(params.urls)],
    needs: ({ urls }) => needsShards(urls),
    load: async () => {
      const { webDataset } = await import('../src/data/webdataset.js');
      return (params) => webDataset(params);
    },
  }),
  defineComponent({
    target: 'ImagePaths',
    aliases: ['taming.data.base.ImagePaths', 'taming.data.imagenet.ImagePaths'],
    kind: 'dataset',
    summary: 'Images that a list names, scaled and cut to squares.',
    source: base,
    params: imagePathsParams,
    needs: ({ paths }) => (typeof paths === 'string' ? needsList('paths', paths) : []),
    load: loadImagePaths,
  }),
  defineComponent({
    target: 'NumpyPaths',
    aliases: ['taming.data.base.NumpyPaths'],
    kind: 'dataset',
    summary: 'Images that a list names, each an array [1, 3, H, W] of bytes as numpy.save writes it.',
    source: base,
    params: imagePathsParams,
    needs: ({ paths }) => (typeof paths === 'string' ? needsList('paths', paths) : []),
    load: loadImagePaths,
  }),
  defineComponent({
    target: 'CustomTrain',
    aliases: ['taming.data.custom.CustomTrain'],
    kind: 'dataset',
    summary: 'Images that a text file names, for training.',
    source: custom,
    params: customTrainParams,
    needs: (params) => needsList('training_images_list_file', params.training_images_list_file),
    load: async () => {
      const open = await loadImagePaths();
      return ({ training_images_list_file: paths, ...params }) =>
        open({ paths, root: '', random_crop: false, ...params });
    },
  }),
  defineComponent({
    target: 'CustomTest',
    aliases: ['taming.data.custom.CustomTest'],
    kind: 'dataset',
    summary: 'Images that a text file names, for validation.',
    source: custom,
    params: customTestParams,
    needs: (params) => needsList('test_images_list_file', params.test_images_list_file),
    load: async () => {
      const open = await loadImagePaths();
      return ({ test_images_list_file: paths, ...params }) => open({ paths, root: '', random_crop: false, ...params });
    },
  }),
];
