import type * as tf from '@tensorflow/tfjs-core';
import { basename } from 'node:path';
import { lpipsFilesIn, missingLpipsFiles, type LPIPS } from '../losses/index.js';
import type { FeatureExtractor } from './feature-extractor.js';
import { FrechetInceptionDistance } from './frechet-inception-distance.js';
import { LearnedPerceptualImagePatchSimilarity } from './learned-perceptual-image-patch-similarity.js';
import type { Metric } from './metric.js';
import { PeakSignalNoiseRatio } from './peak-signal-noise-ratio.js';
import { StructuralSimilarityIndexMeasure } from './structural-similarity-index-measure.js';

export interface ReconstructionMetricsOptions {
  /** An LPIPS in evaluation and with its weights, e.g. the loss's own, which stays the caller's. */
  readonly lpips?: LPIPS | undefined;
  /** Where there is none, the folder of its weights; without them there is no `lpips`. */
  readonly lpipsWeights?: string | undefined;
  /** In whose features `rfid` is measured; without one it is not. Freed with the metrics. */
  readonly extractor?: FeatureExtractor | null | undefined;
  /** Told once what cannot be measured of these images, and why, and what is to be known of a value. */
  readonly report?: (text: string) => void;
}

/**
 * What is reported of a first stage: `psnr`, `ssim`, `lpips` and `rfid` of its reconstructions, over a whole set of images.
 * The weights of the networks that measure are read at the first batch and kept from set to set.
 */
export class ReconstructionMetrics implements Metric {
  readonly #report: (text: string) => void;
  readonly #said = new Set<string>();
  readonly #rfid: FrechetInceptionDistance | undefined;
  #metrics: ReadonlyMap<string, Metric>;
  /** Why there is no LPIPS, where its weights are not there. */
  readonly missing: string | undefined;

  constructor({ lpips, lpipsWeights, extractor, report = () => undefined }: ReconstructionMetricsOptions = {}) {
    this.#report = report;
    const files = lpips || lpipsWeights === undefined ? undefined : lpipsFilesIn(lpipsWeights);
    const missing = files ? missingLpipsFiles(files) : [];
    if (missing.length > 0) {
      const names = missing.map(({ where = '' }) => basename(where)).join(' and ');
      this.missing = `lpips is not reported: ${lpipsWeights ?? ''} has no ${names}`;
    }
    const network = missing.length > 0 ? undefined : (lpips ?? files);
    this.#rfid = extractor ? new FrechetInceptionDistance(extractor) : undefined;
    this.#metrics = new Map<string, Metric>([
      ['psnr', new PeakSignalNoiseRatio()],
      ['ssim', new StructuralSimilarityIndexMeasure()],
      ...(network ? [['lpips', new LearnedPerceptualImagePatchSimilarity(network)] as const] : []),
      ...(this.#rfid ? [['rfid', this.#rfid] as const] : []),
    ]);
  }

  /** @throws UserError, FileError for weights that cannot be read; ShapeError for two shapes */
  update(inputs: tf.Tensor4D, reconstructions: tf.Tensor4D): void {
    this.#leaveOutUnfit(inputs.shape);
    for (const metric of this.#metrics.values()) metric.update(inputs, reconstructions);
  }

  /** Nothing without images. */
  compute(): Record<string, number> {
    const reservation = this.#rfid?.reservation;
    if (reservation !== undefined) this.#say(reservation);
    return Object.assign({}, ...[...this.#metrics.values()].map((metric) => metric.compute())) as Record<
      string,
      number
    >;
  }

  reset(): void {
    for (const metric of this.#metrics.values()) metric.reset();
  }

  dispose(): void {
    for (const metric of this.#metrics.values()) metric.dispose?.();
  }

  /** A metric that cannot see images of a shape is left out from then on: its value would be of other images. */
  #leaveOutUnfit(shape: readonly number[]): void {
    const unfit = [...this.#metrics].flatMap(([name, metric]) => {
      const problem = metric.problem?.(shape);
      return problem === undefined ? [] : [{ name, metric, problem }];
    });
    if (unfit.length === 0) return;
    for (const { name, metric, problem } of unfit) {
      this.#say(`${name} is not reported: it ${problem}`);
      metric.dispose?.();
    }
    const names = new Set(unfit.map(({ name }) => name));
    this.#metrics = new Map([...this.#metrics].filter(([name]) => !names.has(name)));
  }

  #say(text: string): void {
    if (this.#said.has(text)) return;
    this.#said.add(text);
    this.#report(text);
  }
}
