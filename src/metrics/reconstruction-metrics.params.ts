/** Parameters of what is measured of a first stage's reconstructions, for the schemas of first stages to include. */
export const reconstructionMetricsProperties = {
  rfid_extractor: {
    component: 'feature-extractor',
    default: null,
    description: 'Network in whose features inputs and reconstructions are compared, for rfid; null for none.',
  },
  lpips_weights: {
    type: 'string',
    default: 'models/lpips',
    description:
      'Folder with vgg16-397923af.pth and vgg.pth, for lpips where the loss has no LPIPS; left out if absent.',
  },
} as const;
