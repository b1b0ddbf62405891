/** What training steps spent their time on, in seconds, summed up since training began. */
export interface TimeSpent {
  /** Waiting for the data of a batch. */
  readonly data: number;
  /** Computing: from a batch that is there to weights that have moved, without what callbacks and validations add. */
  readonly compute: number;
}

/** Tells the time that training waits for its data from the time it computes. */
export class StepTimes {
  #data = 0;
  #compute = 0;

  get spent(): TimeSpent {
    return { data: this.#data, compute: this.#compute };
  }

  /** Passes on what `source` gives, measuring how long each takes to come. */
  async *waiting<T>(source: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    let asked = performance.now();
    for await (const item of source) {
      this.#data += (performance.now() - asked) / 1000;
      yield item;
      asked = performance.now();
    }
  }

  /** Runs a part of a step. */
  computing<T>(run: () => T): T {
    const began = performance.now();
    try {
      return run();
    } finally {
      this.#compute += (performance.now() - began) / 1000;
    }
  }
}
