import { toFloat32, type HostTensor } from '../../../io/host-tensor.js';
import type { StateDict } from '../../../nn/index.js';

/** What OpenAI's files say of their model beside its weights. */
const REMARKS = new Set(['input_resolution', 'context_length', 'vocab_size']);

/** Hugging Face's name of each weight outside the layers, and OpenAI's. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['logit_scale', 'logit_scale'],
  ['text_model.embeddings.token_embedding.weight', 'token_embedding.weight'],
  ['text_model.embeddings.position_embedding.weight', 'positional_embedding'],
  ['text_model.final_layer_norm.weight', 'ln_final.weight'],
  ['text_model.final_layer_norm.bias', 'ln_final.bias'],
  ['text_projection.weight', 'text_projection'],
  ['vision_model.embeddings.class_embedding', 'visual.class_embedding'],
  ['vision_model.embeddings.patch_embedding.weight', 'visual.conv1.weight'],
  ['vision_model.embeddings.position_embedding.weight', 'visual.positional_embedding'],
  ['vision_model.pre_layrnorm.weight', 'visual.ln_pre.weight'],
  ['vision_model.pre_layrnorm.bias', 'visual.ln_pre.bias'],
  ['vision_model.post_layernorm.weight', 'visual.ln_post.weight'],
  ['vision_model.post_layernorm.bias', 'visual.ln_post.bias'],
  ['visual_projection.weight', 'visual.proj'],
]);

const TRANSFORMERS = { text_model: 'transformer', vision_model: 'visual.transformer' } as const;
const LAYER = /^(text_model|vision_model)\.encoder\.layers\.(\d+)\.(.+)\.(weight|bias)$/;
const PARTS: ReadonlyMap<string, string> = new Map([
  ['self_attn.out_proj', 'attn.out_proj'],
  ['layer_norm1', 'ln_1'],
  ['layer_norm2', 'ln_2'],
  ['mlp.fc1', 'mlp.c_fc'],
  ['mlp.fc2', 'mlp.c_proj'],
]);

/**
 * The weights of a CLIP under OpenAI's names, from a file of OpenAI's or of Hugging Face's `CLIPModel`, whose
 * projections are turned and whose queries, keys and values are apart. A name that neither has is kept.
 */
export function openaiNames(weights: StateDict): Map<string, HostTensor> {
  const named = new Map<string, HostTensor>();
  for (const [name, tensor] of weights) {
    // Hugging Face's older files number the positions.
    if (REMARKS.has(name) || name.endsWith('.position_ids')) continue;
    const known = NAMES.get(name);
    const [, tower, layer, part = '', kind = ''] = LAYER.exec(name) ?? [];
    if (known !== undefined) {
      named.set(known, name.endsWith('_projection.weight') ? transposed(tensor) : tensor);
    } else if (tower === undefined) {
      named.set(name, tensor);
    } else {
      const block = `${TRANSFORMERS[tower as keyof typeof TRANSFORMERS]}.resblocks.${layer}`;
      const same = PARTS.get(part);
      if (same !== undefined) named.set(`${block}.${same}.${kind}`, tensor);
      else if (part === 'self_attn.q_proj') named.set(`${block}.attn.in_proj_${kind}`, joined(weights, name));
      else if (part !== 'self_attn.k_proj' && part !== 'self_attn.v_proj') named.set(name, tensor);
    }
  }
  return named;
}

/** Queries, keys and values, one below the other; what is missing of them shows as a wrong shape. */
function joined(weights: StateDict, queries: string): HostTensor {
  const parts = ['q_proj', 'k_proj', 'v_proj'].flatMap((part) => weights.get(queries.replace('q_proj', part)) ?? []);
  const data = new Float32Array(parts.reduce((length, part) => length + part.data.length, 0));
  let offset = 0;
  for (const part of parts) {
    data.set(toFloat32(part), offset);
    offset += part.data.length;
  }
  const rows = parts.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  return { dtype: 'F32', shape: [rows, ...(parts[0]?.shape.slice(1) ?? [])], data };
}

function transposed(tensor: HostTensor): HostTensor {
  const [rows = 0, columns = 0] = tensor.shape;
  const values = toFloat32(tensor);
  const data = Float32Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)] ?? 0);
  return { dtype: 'F32', shape: [columns, rows], data };
}
