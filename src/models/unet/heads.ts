/** The parameters of a UNet that say how the channels of an attention are divided among heads. */
export interface HeadParams {
  readonly num_heads: number;
  readonly num_head_channels: number;
  readonly num_heads_upsample: number;
  readonly legacy: boolean;
}

/**
 * The heads of an AttentionBlock, by the published rules: not a positive integer where they do not work out.
 * With `legacy` they are `num_heads`, on the way up `num_heads_upsample`; without it the channels of a head come first,
 * `channels / num_heads` rounded down, and `num_heads_upsample` is not read. `num_head_channels` goes before all.
 */
export function attentionBlockHeads(channels: number, params: HeadParams, way: 'down' | 'up'): number {
  const { num_heads: numHeads, num_head_channels, num_heads_upsample: upHeads, legacy } = params;
  const headChannels = num_head_channels === -1 && !legacy ? Math.floor(channels / numHeads) : num_head_channels;
  if (headChannels !== -1) return channels / headChannels;
  return way === 'up' && upHeads !== -1 ? upHeads : numHeads;
}

/**
 * The heads of a SpatialTransformer and their channels, by the published rules. They need not divide the channels of the
 * image: what is left over is left out of the transformer, with `legacy` by narrowing `num_head_channels` or widening it.
 */
export function transformerHeads(channels: number, params: HeadParams): { numHeads: number; headChannels: number } {
  const { num_heads, num_head_channels, legacy } = params;
  const numHeads = num_head_channels === -1 ? num_heads : Math.floor(channels / num_head_channels);
  const evenly = legacy || num_head_channels === -1;
  return { numHeads, headChannels: evenly ? Math.floor(channels / numHeads) : num_head_channels };
}
