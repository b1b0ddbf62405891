/** Groups of every group normalization of the autoencoders: the channels of every level are a multiple of it. */
export const NORM_GROUPS = 32;
