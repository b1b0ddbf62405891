import type { ActivatedGroupNormOptions } from './activation.js';

/** What all blocks of one network have in common. */
export interface BlockSettings extends ActivatedGroupNormOptions {
  /** Channels of the embedding of timestep and class. */
  readonly embeddingChannels: number;
  readonly dropout: number;
  /** Condition by scale and shift of the second normalization rather than by addition. */
  readonly scaleShift: boolean;
  /** Channels per attention head; null for one head of all channels. */
  readonly attentionHeadDim: number | null;
}
