/** How a condition enters a network: joined to the image, attended to, both, as a class label, or not at all. */
export const conditioningKeys = ['concat', 'crossattn', 'hybrid', 'adm'] as const;
export type ConditioningKey = (typeof conditioningKeys)[number] | null;

/**
 * The key that a configuration means which states none: as published, `concat_mode` chooses between `concat` and
 * `crossattn`.
 */
export function conditioningKeyOf(params: {
  readonly conditioning_key: ConditioningKey;
  readonly concat_mode: boolean;
  /** Whether `cond_stage_config` is `__is_unconditional__`. */
  readonly isUnconditional: boolean;
}): ConditioningKey {
  if (params.isUnconditional) return null;
  return params.conditioning_key ?? (params.concat_mode ? 'concat' : 'crossattn');
}
