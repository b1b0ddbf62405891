import { FileError, UserError } from '../errors.js';
import { HostGenerator, RandomStreams } from '../random/index.js';
import { collate } from './collate.js';
import type { Dataset, HostBatch, Pass } from './dataset.js';
import type { Example } from './example.js';

/** Examples on disk, read one by one. */
export interface ExampleSource {
  readonly length: number;
  /**
   * @param random the example's own numbers: the same ones in every call for the same example and pass
   * @throws FileError where a file of the example is broken
   */
  readonly read: (index: number, random: HostGenerator) => Promise<Example>;
}

export interface FileDatasetOptions {
  /** How many broken examples may be left out before that is an error. */
  readonly maxBroken?: number;
  /** The only keys that batches have; all where left out. */
  readonly keys?: readonly string[] | null | undefined;
  /** See {@link Dataset}. */
  readonly splitRule?: string | undefined;
}

/**
 * A data set whose examples are files. In the place of a broken one comes the next intact one, which is named and
 * counted; nothing but the files decides which.
 */
export class FileDataset implements Dataset {
  readonly length: number;
  readonly splitRule: string | undefined;
  readonly #source: ExampleSource;
  readonly #maxBroken: number;
  readonly #keys: readonly string[] | undefined;
  readonly #broken = new Map<number, FileError>();

  constructor(source: ExampleSource, { maxBroken = 0, keys, splitRule }: FileDatasetOptions = {}) {
    this.length = source.length;
    this.splitRule = splitRule;
    this.#source = source;
    this.#maxBroken = maxBroken;
    this.#keys = keys ?? undefined;
  }

  async batch(indices: Uint32Array, pass: Pass): Promise<HostBatch> {
    const outside = indices.find((index) => index >= this.length);
    if (outside !== undefined) throw new RangeError(`index ${outside} of ${this.length} examples`);
    const examples = await Promise.all(Array.from(indices, (index) => this.#example(index, pass)));
    return collate(examples);
  }

  async #example(index: number, pass: Pass): Promise<Example> {
    for (let step = 0; step < this.length; step++) {
      const candidate = (index + step) % this.length;
      if (this.#broken.has(candidate)) continue;
      try {
        return this.#chosen(await this.#source.read(candidate, randomOf(candidate, pass)));
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        this.#leaveOut(candidate, error, pass.warn);
      }
    }
    throw new UserError({
      problem: 'every example of the data set is broken',
      remedy: 'put intact files in their place',
    });
  }

  #leaveOut(index: number, error: FileError, warn: Pass['warn']): void {
    if (this.#broken.has(index)) return;
    this.#broken.set(index, error);
    const count = this.#broken.size;
    if (count > this.#maxBroken) {
      const files = [...this.#broken.values()].map(({ problems }) => problems[0]?.where ?? '');
      throw new UserError(
        {
          path: 'max_broken',
          problem: `more than ${this.#maxBroken} broken files in a data set`,
          found: files.join('\n'),
          remedy: "take them out, put intact files in their place, or raise the data set's 'max_broken'",
        },
        { cause: error },
      );
    }
    const { where = '', problem = '' } = error.problems[0] ?? {};
    warn(`${where}: ${problem}; left out (broken file ${count} of at most ${this.#maxBroken})`);
  }

  #chosen(example: Example): Example {
    if (!this.#keys) return example;
    return Object.fromEntries(
      this.#keys.map((key) => {
        const value = example[key];
        if (value !== undefined) return [key, value];
        const expected = `some of ${Object.keys(example).join(', ')}`;
        throw new UserError({ path: 'keys', problem: 'the data set has nothing of that name', found: key, expected });
      }),
    );
  }
}

/** Numbers that no other example has, in no other epoch: the counter's words name both. */
function randomOf(index: number, { seed, epoch }: Pass): HostGenerator {
  const { key } = new RandomStreams(seed).begin('data/examples');
  return new HostGenerator(key, [0, 0, index, epoch]);
}
