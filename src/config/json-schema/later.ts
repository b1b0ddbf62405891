/** Text that stands for a value which is known only when configs are merged: an interpolation, or `???`. */
export const LATER = '^\\?\\?\\?$|\\$\\{';

/** What else than its own type a value may be written as, so that it reads as text to an editor: later ones … */
const asText: Readonly<Record<string, string>> = {
  // … and what PyYAML's users mean by yes and 1_000, which YAML 1.2, and with it the editors, takes for text.
  boolean: '^(?:[Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF)$',
  integer: '^[-+]?[0-9][0-9.]*_[0-9_.]*$',
  number: '^[-+]?[0-9][0-9.]*_[0-9_.]*(?:[eE][-+]?[0-9]+)?$',
};

/** The pattern of text that may stand in place of a value of one of these types. */
export function textPattern(types: readonly string[]): string {
  return [LATER, ...types.flatMap((type) => asText[type] ?? [])].join('|');
}
