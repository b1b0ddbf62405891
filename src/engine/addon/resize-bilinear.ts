import type { Id, Integers } from './types.js';

/** native/src/resize_bilinear.cc. */
export interface ResizeBilinearOperations {
  resizeBilinear(x: Id, height: number, width: number, alignCorners: boolean, halfPixelCenters: boolean): Id;
  resizeBilinearGrad(dy: Id, inputShape: Integers, alignCorners: boolean, halfPixelCenters: boolean): Id;
}
