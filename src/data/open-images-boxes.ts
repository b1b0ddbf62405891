import { join } from 'node:path';
import { FileError } from '../errors.js';
import { BoundingBoxBuilder, FULL_CROP, type BoundingBox } from '../layout/index.js';
import type { Params } from '../params.js';
import type { HostGenerator } from '../random/index.js';
import { FileDataset } from './file-dataset.js';
import { randomBox, type Size } from './geometry.js';
import { listImages } from './image-files.js';
import { BoxAnnotations, readCategories } from './open-images-annotations.js';
import type { openImagesBBoxTrainParams } from './open-images-boxes.params.js';
import { categoryAllowLists, categoryMappings } from './open-images-classes.js';
import { openImagesFiles } from './open-images-files.js';
import { place, readScaled, type Placement } from './scaled-image.js';
import type { Split } from './split.js';

type BoxesParams = Params<typeof openImagesBBoxTrainParams>;

/**
 * OpenImages with the layout of each image, for layout-to-image. Examples have `image`, `coordinates_bbox` (int32 tokens, see
 * {@link BoundingBoxBuilder}) and `file_path_`. Of the images that are listed, those that are there. CompVis's own code was
 * never published: files, parameters and tokens are those of taming-transformers' `AnnotatedObjectsOpenImages`, which its
 * models of layouts were trained with; how images are scaled is ours.
 * @throws FileError where files are not there or are others, or no image has a layout
 */
export function openImagesBoxes(params: BoxesParams, split: Split): FileDataset {
  const { root, size } = params;
  const folder = join(root, split);
  const categories = readCategories(
    join(root, openImagesFiles.classes),
    categoryAllowLists[params.category_allow_list_target],
    categoryMappings[params.category_mapping_target] ?? new Map<string, string>(),
  );
  const builder = new BoundingBoxBuilder({
    noObjectClasses: categories.numbers.size,
    noMaxObjects: params.max_objects_per_image,
    noTokens: params.no_tokens,
    encodeCrop: params.encode_crop,
    useGroupParameter: params.use_group_parameter,
    useAdditionalParameters: params.use_additional_parameters,
  });
  const list = join(root, openImagesFiles[split]);
  const annotations = new BoxAnnotations(list, categories, params.min_object_area);
  const listed = annotations.images(params.min_objects_per_image, params.max_objects_per_image);
  const there = new Set(listImages(folder, ['.jpg']));
  const images = listed.flatMap(({ id, objects }) => {
    const name = `${id.padStart(16, '0')}.jpg`;
    return there.has(name) ? [{ path: join(folder, name), objects }] : [];
  });
  if (images.length === 0) {
    throw new FileError({
      where: folder,
      problem: 'has no image with a layout',
      found: `${there.size} images`,
      expected: `some of the ${listed.length} that ${list} has the boxes of, such as ${listed[0]?.id ?? 'none'}.jpg`,
    });
  }
  const source = {
    length: images.length,
    read: async (index: number, random: HostGenerator) => {
      const { path = '', objects } = images[index] ?? {};
      let placed: Placement | undefined;
      const placement = (whole: Size): Placement => (placed = placementOf(whole, params, random));
      const image = await readScaled(path, placement, { interpolation: 'lanczos', channels: 3 });
      const cropping = placed && { crop: cropOf(placed, { width: size, height: size }), flip: placed.flip };
      const coordinates = builder.build(objects?.() ?? [], cropping ?? {}, random);
      return { image, coordinates_bbox: coordinates, file_path_: path };
    },
  };
  const partly = images.length < listed.length;
  return new FileDataset(source, {
    maxBroken: params.max_broken,
    splitRule: partly ? `${images.length} of the ${listed.length} images of ${list} are in ${folder}` : undefined,
  });
}

/** Draws where the square is, of what size, and whether it is mirrored. */
function placementOf(whole: Size, { size, crop_method: method, random_flip }: BoxesParams, random: HostGenerator) {
  const square = { width: size, height: size };
  const flipP = random_flip ? 0.5 : 0;
  switch (method) {
    case 'none':
      return { scaled: square, box: { left: 0, top: 0, ...square }, flip: random.chance(flipP) };
    case 'center':
    case 'random-1d':
      return place(whole, { size, cropSize: null, randomCrop: method === 'random-1d', flipP }, random);
    case 'random-2d': {
      const shortest = Math.min(whole.width, whole.height);
      const side = shortest <= size ? shortest : size + random.integer(shortest - size + 1);
      const to = (pixels: number): number => Math.max(size, Math.round((pixels * size) / side));
      const scaled = { width: to(whole.width), height: to(whole.height) };
      return { scaled, box: randomBox(scaled, square, random), flip: random.chance(flipP) };
    }
  }
}

/** The part of an image that was cut out. */
function cropOf({ scaled, box: { left, top } }: Placement, { width, height }: Size): BoundingBox {
  if (scaled.width === width && scaled.height === height) return FULL_CROP;
  return [left / scaled.width, top / scaled.height, width / scaled.width, height / scaled.height];
}
