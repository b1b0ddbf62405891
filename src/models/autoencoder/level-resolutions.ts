import type { Ddconfig } from './ddconfig.params.js';

/** Heights of the levels in pixels, the first level's first. */
export interface LevelResolutions {
  readonly encoder: readonly number[];
  /** Counted up from the lowest, so that they differ from the encoder's where 2 does not divide the resolution. */
  readonly decoder: readonly number[];
}

/** What `attn_resolutions` is held against to place attention. */
export function levelResolutions({ resolution, ch_mult }: Pick<Ddconfig, 'resolution' | 'ch_mult'>): LevelResolutions {
  const encoder = ch_mult.map((_, level) => Math.floor(resolution / 2 ** level));
  const decoder = ch_mult.map((_, level) => (encoder.at(-1) ?? 0) * 2 ** (ch_mult.length - 1 - level));
  return { encoder, decoder };
}
