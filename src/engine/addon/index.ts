import type { ActivationOperations } from './activation.js';
import type { AttentionOperations } from './attention.js';
import type { BlocksOperations } from './blocks.js';
import type { ChannelNormOperations } from './channel-norm.js';
import type { ConvOperations } from './conv.js';
import type { Conv3DOperations } from './conv3d.js';
import type { DeviceOperations } from './device.js';
import type { ElementwiseOperations } from './elementwise.js';
import type { FftOperations } from './fft.js';
import type { IndexingOperations } from './indexing.js';
import type { LayoutOperations } from './layout.js';
import type { LossOperations } from './loss.js';
import type { MatmulOperations } from './matmul.js';
import type { NormOperations } from './norm.js';
import type { OptimOperations } from './optim.js';
import type { PixelOperations } from './pixels.js';
import type { PoolOperations } from './pool.js';
import type { PoolWindowOperations } from './pool-window.js';
import type { RandomOperations } from './random.js';
import type { ReduceOperations } from './reduce.js';
import type { ResizeOperations } from './resize.js';
import type { ResizeBilinearOperations } from './resize-bilinear.js';
import type { RuntimeOperations } from './runtime.js';
import type { ScatterOperations } from './scatter.js';
import type { SequenceOperations } from './sequence.js';
import type { SortOperations } from './sort.js';

export { addonPath, loadAddon } from './load.js';
export type { BinaryName, UnaryName } from './elementwise.js';
export type { ConvGeometry } from './conv.js';
export type { Conv3DGeometry } from './conv3d.js';
export type { WindowGeometry } from './pool-window.js';
export type { GroupNormInputs } from './norm.js';
export type { ReduceName } from './reduce.js';
export type { FusedActivation, Id, Integers, NativeDtype, NativeValues, Pair, Triple } from './types.js';

/** What `error.code` is of everything the addon throws. */
export const ADDON_ERROR_CODE = 'ERR_LDM_TORCH';

/** What the addon throws; a RangeError where a value in a tensor, e.g. an index, is out of range. */
export interface AddonError extends Error {
  readonly code: typeof ADDON_ERROR_CODE;
  /** The message without the operation and its tensors, which come first in it. */
  readonly reason: string;
  /** How much memory was asked for, where there was not enough of it. */
  readonly requestedBytes?: number;
}

/**
 * The native addon, native/src: LibTorch tensors known by number. It knows nothing of tfjs; load.ts is the only file
 * that loads it. Every function throws an error of code `ERR_LDM_TORCH` that names the operation and its tensors.
 */
export type Addon = RuntimeOperations &
  DeviceOperations &
  ElementwiseOperations &
  ReduceOperations &
  MatmulOperations &
  ConvOperations &
  PoolOperations &
  ResizeOperations &
  LayoutOperations &
  IndexingOperations &
  NormOperations &
  ActivationOperations &
  AttentionOperations &
  LossOperations &
  OptimOperations &
  RandomOperations &
  Conv3DOperations &
  PoolWindowOperations &
  ResizeBilinearOperations &
  ScatterOperations &
  SortOperations &
  FftOperations &
  ChannelNormOperations &
  BlocksOperations &
  SequenceOperations &
  PixelOperations;
