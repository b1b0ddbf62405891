/** What several data sets of images have in common. */

export const maxBroken = {
  type: 'integer',
  minimum: 0,
  default: 10,
  description:
    'How many broken images may be left out, each named in a warning and replaced by the next one; with one more the run ends.',
} as const;

export const keys = {
  type: ['array', 'null'],
  items: { type: 'string' },
  default: null,
  description: 'The only keys that batches have; null: all.',
} as const;

export const size = {
  type: ['integer', 'null'],
  minimum: 1,
  default: null,
  description: 'In pixels; null leaves images as large as they are, which then have to be of one size.',
} as const;

export const flipProbability = {
  type: 'number',
  minimum: 0,
  maximum: 1,
  description: 'How often an image is mirrored, left to right.',
} as const;
