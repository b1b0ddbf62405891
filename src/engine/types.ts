export type EngineName = 'torch' | 'tensorflow' | 'wasm' | 'cpu';

export interface SelectOptions {
  /** Threads, where the engine has them. */
  readonly threads?: number;
}

export interface EngineInfo {
  readonly name: EngineName;
  /** The name of its tfjs backend. */
  readonly backend: string;
  readonly device: 'cpu';
  readonly threads: number;
  /** Of the library that computes, e.g. LibTorch. */
  readonly version: string;
  /** Under `auto`: which faster engine is absent and how to get it. */
  readonly note?: string;
}

export interface EngineProbe {
  readonly name: EngineName;
  readonly available: boolean;
  readonly version?: string;
  /** Where it is, or why it is not there and how to get it. */
  readonly detail?: string;
}

/** Which kernels an engine has itself, and which run on the CPU backend with their data moved there and back. */
export interface KernelSupport {
  readonly native: readonly string[];
  readonly fallback: readonly string[];
}

/** What starts an engine: registers its backend and kernels, and makes it tfjs's current one. */
export type Starter = (threads: number) => Promise<EngineInfo>;
