/** The files of OpenImages that say what is in the images, by their published names. */
export const openImagesFiles = {
  /** The id and the name of each class. */
  classes: 'class-descriptions-boxable.csv',
  /** The boxes of each split. */
  train: 'oidv6-train-annotations-bbox.csv',
  validation: 'validation-annotations-bbox.csv',
} as const;
