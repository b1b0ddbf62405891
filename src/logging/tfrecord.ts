import { crc32c } from '@node-rs/crc32';

const LENGTH_BYTES = 8;
const CRC_BYTES = 4;

/**
 * The checksum of TFRecord files: a CRC-32C, rotated and shifted by a constant, because a CRC over data that contain
 * their own CRC says little.
 */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** One TFRecord: 64-bit length, its masked CRC, the data, their masked CRC; all little-endian. */
export function frameRecord(data: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(LENGTH_BYTES + CRC_BYTES + data.length + CRC_BYTES);
  record.writeUInt32LE(data.length, 0);
  record.writeUInt32LE(0, 4);
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, LENGTH_BYTES)), LENGTH_BYTES);
  record.set(data, LENGTH_BYTES + CRC_BYTES);
  record.writeUInt32LE(maskedCrc32c(data), LENGTH_BYTES + CRC_BYTES + data.length);
  return record;
}
