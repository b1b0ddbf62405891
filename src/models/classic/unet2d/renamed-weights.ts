import type { StateDict } from '../../../nn/index.js';

/** The attention's layers as older versions of diffusers call them and as 0.24 does. */
const attentionLayers: Readonly<Record<string, string>> = {
  query: 'to_q',
  key: 'to_k',
  value: 'to_v',
  proj_attn: 'to_out.0',
};

/**
 * Weights under the names of diffusers 0.24: in older files the attention's layers are called `query`, `key`, `value` and
 * `proj_attn`, and newer ones leave out the second name of the Fourier frequencies.
 */
export function currentNames(state: StateDict): StateDict {
  const renamed = new Map(
    [...state].map(([name, tensor]) => [
      name.replace(
        /(attentions\.\d+\.)(query|key|value|proj_attn)(?=\.(weight|bias)$)/,
        (_, attention: string, layer: string) => `${attention}${attentionLayers[layer] ?? layer}`,
      ),
      tensor,
    ]),
  );
  const frequencies = renamed.get('time_proj.weight');
  // A vector, unlike the learned embedding of that name.
  if (frequencies?.shape.length === 1 && !renamed.has('time_proj.W')) renamed.set('time_proj.W', frequencies);
  return renamed;
}
