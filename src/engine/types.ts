import type { Cuda, Device } from './device.js';
import type { Bfloat16, Precision } from './precision.js';

export type EngineName = 'torch' | 'tensorflow' | 'wasm' | 'cpu';

export interface SelectOptions {
  /** Threads, where the engine has them. */
  readonly threads?: number;
  /** Where to compute; `auto`, the default, is a GPU where the engine can use one. */
  readonly device?: Device;
  /** On a GPU, let products and convolutions round their factors to TensorFloat-32; off by default. */
  readonly tf32?: boolean;
  /** `32` by default; only torch has another. */
  readonly precision?: Precision;
}

export interface EngineInfo {
  readonly name: EngineName;
  /** The name of its tfjs backend. */
  readonly backend: string;
  /** `cpu`, `cuda:0` … */
  readonly device: string;
  readonly threads: number;
  readonly precision: Precision;
  /** Of the library that computes, e.g. LibTorch. */
  readonly version: string;
  /** On a GPU: whether TensorFloat-32 is allowed. */
  readonly tf32?: boolean;
  /** What the user should know: under `auto` which faster engine is absent and how to get it; a setting without effect. */
  readonly note?: string;
}

export interface EngineProbe {
  readonly name: EngineName;
  readonly available: boolean;
  readonly version?: string;
  /** Where it is, or why it is not there and how to get it. */
  readonly detail?: string;
  /** What it has of CUDA, where it can be told without starting it. */
  readonly cuda?: Cuda;
  /** What the processor makes of bfloat16, where the engine can compute in it. */
  readonly bfloat16?: Bfloat16;
}

/** Which kernels an engine has itself, and which run on the CPU backend with their data moved there and back. */
export interface KernelSupport {
  readonly native: readonly string[];
  readonly fallback: readonly string[];
}

/** What starts an engine: registers its backend and kernels, and makes it tfjs's current one. */
export type Starter = (settings: Required<SelectOptions>) => Promise<EngineInfo>;
