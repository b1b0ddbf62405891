/** A checkpoint that is kept, and what it is judged by. */
export interface KeptCheckpoint {
  readonly file: string;
  readonly score: number | null;
}

/** Which checkpoints to keep, best first: the rule of Lightning's `save_top_k`, apart from any file. */
export class BestCheckpoints {
  #kept: readonly KeptCheckpoint[] = [];

  /** @param count -1 for all; without scores the newest are the best */
  constructor(
    readonly count: number,
    readonly mode: 'min' | 'max',
  ) {}

  get kept(): readonly KeptCheckpoint[] {
    return this.#kept;
  }

  set kept(kept: readonly KeptCheckpoint[]) {
    this.#kept = [...kept];
  }

  /** Whether a checkpoint of this score, null for none, would be kept. */
  takes(score: number | null): boolean {
    if (this.count === 0) return false;
    if (this.count === -1 || this.#kept.length < this.count || score === null) return true;
    const worst = this.#kept.at(-1)?.score ?? null;
    return worst === null || this.#isBetter(score, worst);
  }

  /** Keeps a checkpoint; returns those that are kept no longer, whose files may go. */
  add(checkpoint: KeptCheckpoint): readonly KeptCheckpoint[] {
    const { score } = checkpoint;
    const others = this.#kept.filter(({ file }) => file !== checkpoint.file);
    // Of equally good ones the older stays before the newer.
    const after = others.findIndex((other) => score === null || this.#isBetter(score, other.score ?? NaN));
    const all = others.toSpliced(after === -1 ? others.length : after, 0, checkpoint);
    this.#kept = this.count === -1 ? all : all.slice(0, this.count);
    return this.count === -1 ? [] : all.slice(this.count);
  }

  /** NaN is worse than any number. */
  #isBetter(score: number, other: number): boolean {
    if (Number.isNaN(score) || Number.isNaN(other)) return !Number.isNaN(score);
    return this.mode === 'min' ? score < other : score > other;
  }
}
