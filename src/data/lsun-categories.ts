/** The categories that latent-diffusion has, where their images are, and what their lists are called. */
export const LSUN = {
  churches: { folder: 'churches', train: 'church_outdoor_train.txt', validation: 'church_outdoor_val.txt' },
  bedrooms: { folder: 'bedrooms', train: 'bedrooms_train.txt', validation: 'bedrooms_val.txt' },
  cats: { folder: 'cats', train: 'cat_train.txt', validation: 'cat_val.txt' },
} as const;

export type LsunCategory = keyof typeof LSUN;
