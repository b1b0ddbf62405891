import { latent, type Mistake } from './mistake.js';

/** Values that do not go together. */
export const rules: readonly Mistake[] = [
  {
    title: 'channels that the norm cannot group',
    edit: ['model_channels: 32', 'model_channels: 40'],
    message: `
      a.yaml:15:25: model.params.unet_config.params.model_channels: is not divisible by the groups of the group normalization
        found:        40 channels in 32 groups
        expected:     a multiple of 32
        to fix:       set norm_num_groups to a divisor of 40, or change model_channels`,
  },
  {
    title: 'heads that do not divide the channels',
    edit: ['num_heads: 2', 'num_heads: 3'],
    message: `
      a.yaml:19:20: model.params.unet_config.params.num_heads: does not divide the 64 channels of level 1, where there is attention
        found:        3
        expected:     a divisor of 64`,
  },
  {
    title: 'neither heads nor their channels',
    edit: ['num_heads: 2', 'num_heads: -1'],
    message: `
      a.yaml:19:20: model.params.unet_config.params.num_heads: num_heads or num_head_channels has to be set
        to fix:       add num_heads: 1 or num_head_channels: 32`,
  },
  {
    title: 'an image that cannot be halved so often',
    edit: ['image_size: 32\n        in', 'image_size: 33\n        in'],
    overrides: ['model.params.image_size=33'],
    message: `
      override model.params.image_size=33: model.params.image_size: is not divisible by the down-sampling of the network
        found:        33 pixels, made smaller by 2
        expected:     a multiple of 2, or fewer levels in unet_config.params`,
  },
  {
    title: 'two sizes of one image',
    edit: ['        image_size: 32\n', '        image_size: 64\n'],
    message: `
      a.yaml:12:21: model.params.unet_config.params.image_size: the network is for images of another size than the model
        found:        64
        expected:     32, as image_size of the model says`,
  },
  {
    title: 'adm without classes',
    edit: ['        num_classes: 10\n', ''],
    message: `
      a.yaml:8:23: model.params.conditioning_key: the network and the conditioning do not go together
        found:        conditioning_key adm with no classes in the network
        expected:     conditioning_key: adm exactly where unet_config.params has classes (num_classes, num_class_embeds)`,
  },
  {
    title: 'classes without adm',
    edit: ['    conditioning_key: adm\n', ''],
    message: `
      a.yaml:4:3: model.params.conditioning_key: the network and the conditioning do not go together
        found:        conditioning_key null with 10 classes in the network
        expected:     conditioning_key: adm exactly where unet_config.params has classes (num_classes, num_class_embeds)`,
  },
  {
    title: 'a network of other channels',
    edit: ['in_channels: 1', 'in_channels: 3'],
    message: `
      a.yaml:13:22: model.params.unet_config.params.in_channels: the network takes another number of channels than it is given
        found:        3
        expected:     1: the channels of the images`,
  },
  {
    title: 'float16',
    edit: ['        num_classes: 10\n', '        num_classes: 10\n        use_fp16: true\n'],
    message: `
      a.yaml:21:19: model.params.unet_config.params.use_fp16: float16 is not supported
        found:        true
        expected:     false
        to fix:       leave it out; lightning.trainer.precision: bf16-mixed computes in bfloat16`,
  },
  {
    title: 'no context for the transformers',
    base: latent,
    edit: ['        context_dim: 128\n', ''],
    message: `
      a.yaml:14:7: model.params.unet_config.params.context_dim: has to be set: use_spatial_transformer attends to a context of that many channels
        to fix:       add context_dim, the channels of what cond_stage_config returns`,
  },
  {
    title: 'a context of another width',
    base: latent,
    edit: ['context_dim: 128', 'context_dim: 256'],
    message: `
      a.yaml:24:22: model.params.unet_config.params.context_dim: is not the number of channels that the conditioner makes
        found:        256
        expected:     128`,
  },
  {
    title: 'a context that nothing attends to',
    base: latent,
    edit: ['        use_spatial_transformer: true\n        context_dim: 128\n', ''],
    message: `
      a.yaml:13:7: model.params.unet_config: conditioning_key crossattn needs a network that attends to a context
        found:        a network without spatial transformers
        to fix:       add use_spatial_transformer: true and context_dim to unet_config.params`,
  },
  {
    title: 'latent channels of another number',
    base: latent,
    edit: ['    channels: 3\n', '    channels: 4\n'],
    message: `
      a.yaml:9:15: model.params.channels: is not the number of channels of the latent images
        found:        4
        expected:     3, embed_dim of the first stage

      a.yaml:16:22: model.params.unet_config.params.in_channels: the network takes another number of channels than it is given
        found:        3
        expected:     4: channels of the latent images

      a.yaml:17:23: model.params.unet_config.params.out_channels: the network predicts another number of channels than is diffused
        found:        3
        expected:     4, as channels says`,
  },
  {
    title: 'concatenation without the channels for it',
    base: latent,
    edit: ['conditioning_key: crossattn', 'conditioning_key: concat'],
    message: `
      a.yaml:16:22: model.params.unet_config.params.in_channels: the network takes another number of channels than it is given
        found:        3
        expected:     at least 4: channels of the latent images and of the condition

      a.yaml:23:34: model.params.unet_config.params.use_spatial_transformer: the network attends to a context, and there is none
        found:        conditioning_key concat
        to fix:       add conditioning_key: crossattn with a conditioner, or remove use_spatial_transformer and context_dim

      a.yaml:44:7: model.params.cond_stage_config: makes no condition for conditioning_key concat
        found:        a sequence of vectors
        expected:     an image, to join to the noisy one
        to fix:       add conditioning_key: crossattn`,
  },
  {
    title: 'a codebook with variances',
    base: latent,
    edit: ['double_z: false', 'double_z: true'],
    message: `
      a.yaml:31:21: model.params.first_stage_config.params.ddconfig.double_z: a codebook has no use for variances
        found:        true
        expected:     false
        to fix:       set double_z: false`,
  },
  {
    title: 'channels of the autoencoder',
    base: latent,
    edit: ['          ch: 64\n', '          ch: 50\n'],
    message: `
      a.yaml:36:15: model.params.first_stage_config.params.ddconfig.ch: is not divisible by the groups of the group normalization
        found:        50 channels
        expected:     a multiple of 32`,
  },
  {
    title: 'attention at a resolution that there is not',
    base: latent,
    edit: ['attn_resolutions: []', 'attn_resolutions: [48]'],
    message: `
      a.yaml:39:30: model.params.first_stage_config.params.ddconfig.attn_resolutions.0: no level has this resolution, so that there would be no attention
        found:        48
        expected:     one of 256, 128, 64, the heights of the levels in pixels`,
  },
  {
    title: 'latent images that cannot be halved so often',
    base: latent,
    edit: ['    image_size: 64\n    channels', '    image_size: 66\n    channels'],
    overrides: ['model.params.unet_config.params.image_size=66'],
    message: `
      a.yaml:8:17: model.params.image_size: is not divisible by the down-sampling of the network
        found:        66 pixels, made smaller by 4
        expected:     a multiple of 4, or fewer levels in unet_config.params`,
  },
  {
    title: 'distributions without variances',
    base: latent,
    edit: ['target: ldm.models.autoencoder.VQModelInterface', 'target: ldm.models.autoencoder.AutoencoderKL'],
    overrides: ['~model.params.first_stage_config.params.n_embed'],
    message: `
      a.yaml:31:21: model.params.first_stage_config.params.ddconfig.double_z: an autoencoder of distributions needs variances
        found:        false
        expected:     true
        to fix:       set double_z: true`,
  },
  {
    title: 'a conditional discriminator without a condition',
    base: latent,
    edit: [
      '        lossconfig:\n          target: torch.nn.Identity\n',
      '        lossconfig:\n          target: taming.modules.losses.vqperceptual.VQLPIPSWithDiscriminator\n          params: {disc_start: 1, disc_conditional: true, perceptual_weight: 0}\n',
    ],
    message: `
      a.yaml:43:53: model.params.first_stage_config.params.lossconfig.params.disc_conditional: nothing says what the discriminator sees beside the image
        found:        true
        expected:     false, or its key in a batch as disc_cond_key of the autoencoder`,
  },
  {
    title: 'two averages of the weights',
    edit: ['target: ImageLogger\n      params:\n        batch_frequency: 6', 'target: EMAWeightAveraging'],
    message: `
      a.yaml:32:15: lightning.callbacks.image_logger.target: the model keeps an average of its weights itself
        found:        EMAWeightAveraging beside model.params.use_ema: true
        expected:     one average
        to fix:       remove the callback, or set model.params.use_ema: false`,
  },
  {
    title: 'an average of buffers',
    edit: [
      'target: ImageLogger\n      params:\n        batch_frequency: 6',
      'target: EMAWeightAveraging\n      params:\n        use_buffers: true',
    ],
    message: `
      a.yaml:34:22: lightning.callbacks.image_logger.params.use_buffers: use_buffers is known, but not built
        found:        true
        to fix:       leave it out`,
  },
];
