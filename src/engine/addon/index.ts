import type { ConvOperations } from './conv.js';
import type { DeviceOperations } from './device.js';
import type { ElementwiseOperations } from './elementwise.js';
import type { IndexingOperations } from './indexing.js';
import type { LayoutOperations } from './layout.js';
import type { MatmulOperations } from './matmul.js';
import type { NormOperations } from './norm.js';
import type { OptimOperations } from './optim.js';
import type { PoolOperations } from './pool.js';
import type { RandomOperations } from './random.js';
import type { ReduceOperations } from './reduce.js';
import type { ResizeOperations } from './resize.js';
import type { RuntimeOperations } from './runtime.js';

export { addonPath, loadAddon } from './load.js';
export type { BinaryName, UnaryName } from './elementwise.js';
export type { ConvGeometry } from './conv.js';
export type { ReduceName } from './reduce.js';
export type { FusedActivation, Id, Integers, NativeDtype, NativeValues, Pair } from './types.js';

/** What `error.code` is of everything the addon throws. */
export const ADDON_ERROR_CODE = 'ERR_LDM_TORCH';

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
  OptimOperations &
  RandomOperations;
