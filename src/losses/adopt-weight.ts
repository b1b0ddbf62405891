/** A weight from step `threshold` on, `value` before it: `adopt_weight` of `taming.modules.losses.vqperceptual`. */
export function adoptWeight(weight: number, globalStep: number, threshold = 0, value = 0): number {
  return globalStep < threshold ? value : weight;
}
