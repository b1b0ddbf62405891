/** A kernel of antialiased resizing: its value at a distance, and from what distance on it is zero. */
interface Kernel {
  readonly support: number;
  readonly at: (distance: number) => number;
}

/** sin(πx) / πx. */
export function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Keys 1981, equation 4, with its free parameter `a`. */
export function cubic(x: number, a: number): number {
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
}

/** Pillow's resampling filters but `nearest`, each under its name there. */
export const pillowKernels = {
  box: { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: { support: 1, at: (x) => (Math.abs(x) < 1 ? sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x)) : 0) },
  bicubic: { support: 2, at: (x) => cubic(x, -0.5) },
  lanczos: { support: 3, at: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
} as const satisfies Record<string, Kernel>;

export type PillowKernel = keyof typeof pillowKernels;
