import { Identity } from '../../nn/index.js';
import { AttnBlock } from './attn-block.js';
import type { ImageLayer } from './image-layers.js';
import { LinAttnBlock } from './lin-attn-block.js';

/** Kinds of self-attention: over all pairs of positions, linear in the positions, none. */
export type AttnType = 'vanilla' | 'linear' | 'none';

const attnBlocks: Readonly<Record<AttnType, new (channels: number) => ImageLayer>> = {
  vanilla: AttnBlock,
  linear: LinAttnBlock,
  none: Identity,
};

/** The published `make_attn`. */
export function makeAttn(channels: number, attnType: AttnType): ImageLayer {
  return new attnBlocks[attnType](channels);
}
