import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../errors.js';
import type { KnownImage, SampleRequest } from '../samplers/index.js';
import { classLabels } from './class-labels.js';
import type { Condition } from './condition.js';
import type { ConditioningStage, ConditionInput } from './conditioning-stage.js';

/** Conditions as they are asked for, and those that stand for none. */
export type RequestedConditions = { readonly condition: Condition; readonly unconditional?: Condition };

/** What a model takes conditions by. */
export interface ConditionTaker {
  readonly stage: ConditioningStage | undefined;
  /** The classes that images can be asked for, 0 where there are none. */
  readonly numClasses: number;
  /** What stands for no condition: a label, or a text. */
  readonly nullCondition: number | string | undefined;
}

/**
 * The conditions of the images that are asked for; the caller disposes them.
 * @throws UserError where the condition is neither class nor text, or not there; RangeError when the number of labels or
 * texts is not the number of images, or a label is no class
 */
export function requestedConditions(
  request: SampleRequest,
  { stage, numClasses, nullCondition: none }: ConditionTaker,
): RequestedConditions {
  if (!stage) return { condition: {} };
  const { count, conditions } = request;
  if (!conditions && numClasses === 0 && !stage.takesTexts) {
    throw new UserError({
      path: 'model.params.cond_stage_config',
      problem: 'images of this model are drawn under a condition that is neither class nor text',
      found: 'none',
      expected: `conditions: examples that have ${stage.key}`,
    });
  }
  return tf.tidy(() => {
    const asked = (): ConditionInput => (stage.takesTexts ? textsOf(request) : labelsOf(request, numClasses));
    const condition = stage.conditionOf(conditions ? own(stage.inputOf(conditions)) : asked());
    return { condition, ...nullConditions(count, { stage, nullCondition: none }) };
  });
}

/** The conditions of so many images that stand for none, where something does; the caller disposes them. */
export function nullConditions(
  count: number,
  { stage, nullCondition: none }: Omit<ConditionTaker, 'numClasses'>,
): Pick<RequestedConditions, 'unconditional'> {
  if (!stage || none === undefined) return {};
  return tf.tidy(() => {
    const nothing = typeof none === 'string' ? Array<string>(count).fill(none) : tf.fill([count], none, 'int32');
    return { unconditional: stage.conditionOf(nothing) };
  });
}

/** Images that are given, as they are diffused. */
export type GivenLatents = { readonly init?: tf.Tensor4D; readonly known?: KnownImage };

/**
 * The given images of a request as they are diffused; the caller disposes them. A latent value is kept where all the
 * pixels that it stands for are.
 *
 * @param encode `[N, H, W, C]` to `[N, h, w, c]`
 */
export function givenLatents(
  { init, known }: SampleRequest,
  encode: (images: tf.Tensor4D) => tf.Tensor4D,
): GivenLatents {
  return tf.tidy(() => {
    const x0 = known && encode(known.x0);
    return {
      ...(init && { init: encode(init.image) }),
      ...(known && x0 && { known: { x0, mask: keptWhole(known.mask, x0) } }),
    };
  });
}

/**
 * A request with the known part as its condition, as the published inpainting has it: what is to be painted is black in
 * `masked_image`, and 1 in `mask`, -1 elsewhere. The caller disposes `conditions`.
 */
export function underKnown(request: SampleRequest, { x0, mask: kept }: KnownImage): SampleRequest {
  const conditions = tf.tidy(() => {
    const ofAll = (one: tf.Tensor4D): tf.Tensor4D => tf.tile(one, [one.shape[0] === 1 ? request.count : 1, 1, 1, 1]);
    const black = tf.sub(kept, 1);
    return {
      masked_image: ofAll(tf.add(tf.mul(x0, kept), black)),
      mask: ofAll(tf.sub(1, tf.mul(kept, 2))),
    };
  });
  return { ...request, conditions };
}

/** For what a conditioner hands on as it is: the caller's stays. */
function own(input: ConditionInput): ConditionInput {
  return input instanceof tf.Tensor ? tf.clone(input) : input;
}

function keptWhole(mask: tf.Tensor4D, { shape: [, height, width] }: tf.Tensor4D): tf.Tensor4D {
  const size: [number, number] = [mask.shape[1] / height, mask.shape[2] / width];
  return tf.sub(1, tf.maxPool(tf.sub<tf.Tensor4D>(1, mask), size, size, 'valid'));
}

function labelsOf(request: SampleRequest, numClasses: number): tf.Tensor1D {
  const labels = classLabels(request, numClasses);
  if (labels) return labels;
  throw new RangeError('sample: no labels');
}

function textsOf({ count, texts = [] }: SampleRequest): readonly string[] {
  if (texts.length !== count) throw new RangeError(`sample: ${count} images with ${texts.length} texts`);
  return texts;
}
