import type { HostData } from '../host-tensor.js';

/**
 * Copies a strided tensor into row-major order.
 *
 * @param from its elements from the first to the last that its strides reach
 * @param to as many elements as `shape` has
 * @param strides in elements, none negative
 */
export function gather(from: HostData, to: HostData, shape: readonly number[], strides: readonly number[]): void {
  const inner = shape.length - 1;
  const [size = 1] = shape.slice(inner);
  const [step = 0] = strides.slice(inner);
  // The axes but the last are counted as an odometer does; the last one runs in a plain loop.
  const index = shape.slice(0, inner).map(() => 0);
  let start = 0;
  for (let written = 0; written < to.length; written += size) {
    copyRow(from, to, { start, step, written, size });
    for (let axis = inner - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      const stride = strides[axis] ?? 0;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        start += stride;
        break;
      }
      index[axis] = 0;
      start -= (next - 1) * stride;
    }
  }
}

interface Row {
  readonly start: number;
  readonly step: number;
  readonly written: number;
  readonly size: number;
}

function copyRow(from: HostData, to: HostData, { start, step, written, size }: Row): void {
  // One type of array at both ends: which one, no loop needs to know.
  const source = from as Float64Array;
  const target = to as Float64Array;
  for (let i = 0; i < size; i++) target[written + i] = source[start + i * step] ?? 0;
}
