export {
  BoundingBoxBuilder,
  type BoundingBoxBuilderOptions,
  type Cropping,
  type LayoutObject,
} from './bounding-box-builder.js';
export { CoordinateTokens, FULL_CROP, type BoundingBox } from './coordinate-tokens.js';
export { hasCrop, layoutOf, TOKENS_OF_CROP, type Layout } from './layout-of.js';
