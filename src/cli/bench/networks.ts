import type { UNetModelParamsInput } from '../../models/unet/unet-model.params.js';

/** A network of the standard workloads; scripts/bench/pytorch_unet.py has the same ones. */
export interface Network {
  readonly params: UNetModelParamsInput;
  /** Of convolutions and linear layers, per sample, forward. */
  readonly multiplyAdds: number;
}

const COMMON = { in_channels: 3, out_channels: 3, num_res_blocks: 2, num_head_channels: 32 } as const;

/** 16.06 million parameters in 276 tensors. */
export const ddpm32: Network = {
  params: { ...COMMON, image_size: 32, model_channels: 64, channel_mult: [1, 2, 4], attention_resolutions: [4, 2] },
  multiplyAdds: 2.217e9,
};

/** The UNet of CompVis's celebahq-ldm-vq-4.yaml, 274 million parameters. */
export const celebahq: Network = {
  params: {
    ...COMMON,
    image_size: 64,
    model_channels: 224,
    channel_mult: [1, 2, 3, 4],
    attention_resolutions: [8, 4, 2],
  },
  multiplyAdds: 96.0e9,
};
