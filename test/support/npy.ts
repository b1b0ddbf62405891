/** The bytes of an .npy file of version 1, as `numpy.save` writes integers. */
export function npy(
  values: readonly number[],
  shape: readonly number[] = [values.length],
  { descr = '<i8', fortranOrder = false } = {},
): Buffer {
  const tuple = shape.length === 1 ? `(${shape[0] ?? 0},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '${descr}', 'fortran_order': ${fortranOrder ? 'True' : 'False'}, 'shape': ${tuple}, }`;
  // NumPy pads the header with spaces to a multiple of 64 bytes and ends it with a line feed.
  const header = `${dict.padEnd(Math.ceil((dict.length + 11) / 64) * 64 - 11)}\n`;
  const start = Buffer.from('\x93NUMPY\x01\x00', 'latin1');
  const size = Buffer.from(Uint16Array.of(header.length).buffer);
  const bytes = Number(descr.slice(-1));
  const data = Buffer.alloc(bytes * values.length);
  values.forEach((value, i) => {
    if (bytes === 8) data.writeBigInt64LE(BigInt(value), 8 * i);
    else data.writeIntLE(value, bytes * i, bytes);
  });
  return Buffer.concat([start, size, Buffer.from(header, 'latin1'), data]);
}
