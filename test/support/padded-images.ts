import { toFloat32, type HostTensor } from '../../src/io/host-tensor.js';

/**
 * Images `[N, C, H, W]` in [-1, 1] with background, -1, around them up to so many pixels in height and width: as the MNIST
 * data set makes larger images of its own.
 */
export function padded(images: HostTensor, size: number): HostTensor {
  const [count = 0, channels = 0, height = 0, width = 0] = images.shape;
  if (height > size || width > size) throw new RangeError(`images of ${height}x${width} are larger than ${size}`);
  const values = toFloat32(images);
  const data = new Float32Array(count * channels * size * size).fill(-1);
  const [top, left] = [Math.floor((size - height) / 2), Math.floor((size - width) / 2)];
  for (let row = 0; row < count * channels * height; row++) {
    const plane = Math.floor(row / height);
    const y = top + (row % height);
    data.set(values.subarray(row * width, (row + 1) * width), (plane * size + y) * size + left);
  }
  return { dtype: 'F32', shape: [count, channels, size, size], data };
}
