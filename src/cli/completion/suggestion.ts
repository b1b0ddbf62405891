/**
 * What a word may be completed to. Where it ends in `=`, `.` or `/`, more is to follow, and the shell adds no space.
 */
export interface Suggestion {
  readonly value: string;
  readonly description?: string;
}
