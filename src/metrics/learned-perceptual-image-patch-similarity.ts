import * as tf from '@tensorflow/tfjs-core';
import type { LpipsFiles } from '../losses/lpips-files.js';
import { LPIPS, loadPretrainedLpips } from '../losses/index.js';
import { Vgg16Features } from '../losses/vgg16-features.js';
import { readWeights } from '../io/weights-file.js';
import { RandomStreams } from '../random/index.js';
import { colourProblem, inColour } from './image-values.js';
import { MeanOverImages } from './mean-over-images.js';

/**
 * Learned perceptual image patch similarity (Zhang et al. 2018), `lpips`: the mean over the images of their distance in the
 * features of VGG16, as torchmetrics' class with `net_type='vgg'` and as the losses of the first stages measure it. Grey
 * images are seen with the grey in all three colours.
 */
export class LearnedPerceptualImagePatchSimilarity extends MeanOverImages {
  readonly #given: LPIPS | LpipsFiles;
  #own: LPIPS | undefined;

  /** @param network in evaluation and with its weights, which stay the caller's; or the files of these, read at first use */
  constructor(network: LPIPS | LpipsFiles) {
    super('lpips');
    this.#given = network;
  }

  problem(shape: readonly number[]): string | undefined {
    return colourProblem(shape, Vgg16Features.smallest);
  }

  /** @throws FileError, UserError at first use, for files that are missing, damaged or of something else */
  override update(inputs: tf.Tensor4D, reconstructions: tf.Tensor4D): void {
    this.#network();
    super.update(inputs, reconstructions);
  }

  dispose(): void {
    this.#own?.dispose();
    this.#own = undefined;
  }

  protected override measure(inputs: tf.Tensor4D, reconstructions: tf.Tensor4D): tf.Tensor {
    return tf.squeeze(this.#network().forward(inColour(inputs), inColour(reconstructions)), [1, 2, 3]);
  }

  #network(): LPIPS {
    if (this.#given instanceof LPIPS) return this.#given;
    if (this.#own) return this.#own;
    const network = new LPIPS().eval();
    try {
      loadPretrainedLpips(network, this.#given, readWeights);
      // What is left are the constants of the scaling.
      this.#own = network.initialize(new RandomStreams(0));
    } catch (error) {
      network.dispose();
      throw error;
    }
    return network;
  }
}
