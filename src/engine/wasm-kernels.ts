import * as tf from '@tensorflow/tfjs-core';
import { cpuFallback } from './cpu-fallback.js';

/**
 * Kernels that tfjs's WebAssembly backend lacks and a training step needs, composed of kernels it has: on the CPU
 * backend the gradient of a convolution's filter alone would take longer than the rest of the step.
 */

const backendName = 'wasm';

type Inputs = Readonly<Record<string, tf.TensorInfo>> | readonly tf.TensorInfo[];
type Run = (kernelName: string, inputs: Inputs, attrs: object) => tf.TensorInfo;

/** What `compose` makes of the backend's kernels; the tensors on the way there are dropped. */
function composed(backend: tf.KernelBackend, compose: (run: Run) => tf.TensorInfo): tf.TensorInfo {
  const made: tf.TensorInfo[] = [];
  try {
    const result = compose((kernelName, inputs, attrs) => {
      const call = { inputs: inputs as tf.NamedTensorInfoMap, attrs: attrs as tf.NamedAttrMap, backend };
      const output = tf.getKernel(kernelName, backendName).kernelFunc(call) as tf.TensorInfo;
      made.push(output);
      return output;
    });
    backend.incRef(result.dataId);
    return result;
  } finally {
    for (const { dataId } of made) backend.disposeData(dataId);
  }
}

type Image = [number, number, number, number];

interface FilterGradientAttrs {
  readonly strides: [number, number] | number;
  readonly pad: tf.Conv2DAttrs['pad'];
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly filterShape: Image;
}

type FilterGradientInputs = Readonly<Record<'x' | 'dy', tf.TensorInfo>>;

/**
 * For each row and column of the filter, HWIO, the matrix product of the image's values under it,
 * `[in, N * outHeight * outWidth]`, and the output's gradient, `[N * outHeight * outWidth, out]`.
 */
function conv2dFilterGradient({ x, dy }: FilterGradientInputs, attrs: FilterGradientAttrs, run: Run): tf.TensorInfo {
  const { strides, pad, dimRoundingMode, filterShape } = attrs;
  const [batch, height, width, channels] = x.shape as Image;
  const [filterHeight, filterWidth, , outChannels] = filterShape;
  const image: Image = [batch, height, width, channels];
  const info = tf.backend_util.computeConv2DInfo(image, filterShape, strides, 1, pad, dimRoundingMode);
  const { strideHeight, strideWidth, outHeight, outWidth, padInfo } = info;
  const spanHeight = (outHeight - 1) * strideHeight + 1;
  const spanWidth = (outWidth - 1) * strideWidth + 1;
  const paddings = [
    [0, 0],
    [0, 0],
    [padInfo.top, Math.max(0, spanHeight + filterHeight - 1 - height - padInfo.top)],
    [padInfo.left, Math.max(0, spanWidth + filterWidth - 1 - width - padInfo.left)],
  ];
  const positions = batch * outHeight * outWidth;
  const planes = run(tf.Transpose, { x }, { perm: [3, 0, 1, 2] });
  const padded = run(tf.PadV2, { x: planes }, { paddings, constantValue: 0 });
  const slopes = run(tf.Reshape, { x: dy }, { shape: [1, positions, outChannels] });
  const masks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
  const under = (row: number, column: number): tf.TensorInfo =>
    run(
      tf.StridedSlice,
      { x: padded },
      {
        begin: [0, 0, row, column],
        end: [channels, batch, row + spanHeight, column + spanWidth],
        strides: [1, 1, strideHeight, strideWidth],
        ...masks,
      },
    );
  const products = Array.from({ length: filterHeight * filterWidth }, (_, i) => {
    const part = under(Math.floor(i / filterWidth), i % filterWidth);
    const a = run(tf.Reshape, { x: part }, { shape: [1, channels, positions] });
    return run(tf.BatchMatMul, { a, b: slopes }, { transposeA: false, transposeB: false });
  });
  return run(tf.Reshape, { x: run(tf.Concat, products, { axis: 0 }) }, { shape: filterShape });
}

const onCpu = cpuFallback(tf.Conv2DBackpropFilter, false);

const filterGradientKernel: tf.KernelFunc = (call) => {
  const { backend } = call;
  if (!(backend instanceof tf.KernelBackend)) throw new TypeError('Conv2DBackpropFilter: not called on a tfjs backend');
  const inputs = call.inputs as FilterGradientInputs;
  const attrs = call.attrs as object as FilterGradientAttrs;
  const isCovered =
    attrs.dataFormat !== 'NCHW' &&
    [inputs.x, inputs.dy].every(({ dtype, shape }) => dtype === 'float32' && !shape.includes(0));
  return isCovered ? composed(backend, (run) => conv2dFilterGradient(inputs, attrs, run)) : onCpu(call);
};

/** Registers the composed kernels that the backend does not have itself. */
export function registerWasmKernels(): void {
  const own = tf.getKernelsForBackend(backendName).map(({ kernelName }) => kernelName);
  if (own.includes(tf.Conv2DBackpropFilter)) return;
  tf.registerKernel({ kernelName: tf.Conv2DBackpropFilter, backendName, kernelFunc: filterGradientKernel });
}
