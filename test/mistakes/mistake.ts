import { text } from '../../src/config/fixtures.js';

/** Something that a user may get wrong, and the whole of what is said of it. */
export interface Mistake {
  readonly title: string;
  /** The config that it is made in, `base` by default; the file is called a.yaml. */
  readonly base?: string;
  /** What is replaced in it, and by what. */
  readonly edit?: readonly [from: string, to: string];
  /** The whole of a.yaml. */
  readonly text?: string;
  /** Files in its place. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Those that are given, a.yaml by default. */
  readonly configs?: readonly string[];
  readonly overrides?: readonly string[];
  readonly message: string;
}

/** A valid experiment. */
export const base = `${text(`
  model:
    base_learning_rate: 1.0e-4
    target: DDPM
    params:
      timesteps: 20
      image_size: 32
      channels: 1
      conditioning_key: adm
      unet_config:
        target: UNetModel
        params:
          image_size: 32
          in_channels: 1
          out_channels: 1
          model_channels: 32
          num_res_blocks: 1
          channel_mult: [1, 2]
          attention_resolutions: [2]
          num_heads: 2
          num_classes: 10
  data:
    target: DataModuleFromConfig
    params:
      batch_size: 4
      train:
        target: MNIST
  lightning:
    trainer:
      max_steps: 12
    callbacks:
      image_logger:
        target: ImageLogger
        params:
          batch_frequency: 6`)}\n`;

/** A valid experiment of latent diffusion. */
export const latent = `${text(`
  model:
    base_learning_rate: 2.0e-06
    target: ldm.models.diffusion.ddpm.LatentDiffusion
    params:
      timesteps: 1000
      first_stage_key: image
      cond_stage_key: class_label
      image_size: 64
      channels: 3
      conditioning_key: crossattn
      cond_stage_trainable: true
      unet_config:
        target: ldm.modules.diffusionmodules.openaimodel.UNetModel
        params:
          image_size: 64
          in_channels: 3
          out_channels: 3
          model_channels: 64
          attention_resolutions: [4, 2]
          num_res_blocks: 1
          channel_mult: [1, 2, 4]
          num_head_channels: 32
          use_spatial_transformer: true
          context_dim: 128
      first_stage_config:
        target: ldm.models.autoencoder.VQModelInterface
        params:
          embed_dim: 3
          n_embed: 8192
          ddconfig:
            double_z: false
            z_channels: 3
            resolution: 256
            in_channels: 3
            out_ch: 3
            ch: 64
            ch_mult: [1, 2, 4]
            num_res_blocks: 2
            attn_resolutions: []
            dropout: 0.0
          lossconfig:
            target: torch.nn.Identity
      cond_stage_config:
        target: ldm.modules.encoders.modules.ClassEmbedder
        params:
          embed_dim: 128
          n_classes: 10
          key: class_label
  data:
    target: main.DataModuleFromConfig
    params:
      batch_size: 4
      train:
        target: MNIST`)}\n`;
