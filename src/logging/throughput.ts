interface Sample {
  readonly time: number;
  readonly count: number;
}

/** How many samples the window is cut into: what its length is exact to. */
const SAMPLES = 50;

/** The rate of a count over the last seconds, so that it follows a machine that slows down, without flickering. */
export class Throughput {
  #samples: Sample[] = [];
  #latest: Sample | undefined;

  /** @param windowMs the time that the rate is a mean over. */
  constructor(readonly windowMs = 10_000) {}

  /** @param time in milliseconds, not falling. */
  add(time: number, count: number): void {
    this.#latest = { time, count };
    const last = this.#samples.at(-1);
    if (last && time - last.time < this.windowMs / SAMPLES) return;
    this.#samples.push(this.#latest);
    // The oldest sample kept is the last one outside the window: the rate then covers the window in full.
    while ((this.#samples[1]?.time ?? time) < time - this.windowMs) this.#samples.shift();
  }

  /** Counts per second, or undefined before there are two counts at different times. */
  get perSecond(): number | undefined {
    const [first] = this.#samples;
    if (!first || !this.#latest || this.#latest.time === first.time) return undefined;
    return ((this.#latest.count - first.count) / (this.#latest.time - first.time)) * 1000;
  }

  /** Forgets what was, after a pause that is no part of the work. */
  restart(): void {
    this.#samples = [];
    this.#latest = undefined;
  }
}
