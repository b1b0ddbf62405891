/** Parameters that the losses with a discriminator share, under their published names. */
export const adversarialProperties = {
  disc_start: {
    type: 'integer',
    minimum: 0,
    description: 'The global step from which the discriminator counts, for the autoencoder and for itself.',
  },
  pixelloss_weight: {
    type: 'number',
    default: 1,
    description: 'Accepted, and without effect in the publication, too.',
  },
  disc_num_layers: {
    type: 'integer',
    minimum: 0,
    default: 3,
    description: "The discriminator's convolutions that halve the image.",
  },
  disc_in_channels: {
    type: 'integer',
    minimum: 1,
    default: 3,
    description: "Channels of the discriminator's input: the image's and the condition's.",
  },
  disc_factor: {
    type: 'number',
    minimum: 0,
    default: 1,
    description: "Weight of the adversarial term and of the discriminator's loss.",
  },
  disc_weight: { type: 'number', default: 1, description: 'Times the adaptive weight of the adversarial term.' },
  perceptual_weight: {
    type: 'number',
    minimum: 0,
    default: 1,
    description: 'Weight of LPIPS beside the pixel error; with 0 there is no LPIPS, and no weights of it are needed.',
  },
  use_actnorm: { type: 'boolean', default: false, description: 'ActNorm in place of batch norm.' },
  disc_conditional: {
    type: 'boolean',
    default: false,
    description: 'Whether the discriminator sees a condition beside the image.',
  },
  disc_loss: { enum: ['hinge', 'vanilla'], default: 'hinge', description: 'What the discriminator is trained on.' },
  lpips_weights: {
    type: 'string',
    default: 'models/lpips',
    description: 'Folder of the pretrained weights of LPIPS: vgg16-397923af.pth and vgg.pth.',
  },
} as const;
