/** A spec that the torch engine cannot pass. */
export interface Skip {
  /** The spec's whole name, as `npm run test:conformance` prints it. */
  readonly name: string;
  /** Why it cannot pass; and what tfjs's CPU backend makes of it, where that fails it too. */
  readonly reason: string;
}

/** Specs that may be listed at all. */
export const SKIP_LIMIT = 20;

/** None: every spec passes. */
export const skips: readonly Skip[] = [];
