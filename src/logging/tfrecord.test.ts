import { crc32c } from '@node-rs/crc32';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { frameRecord, maskedCrc32c } from './tfrecord.js';

test('CRC-32C and its mask give the published values', () => {
  // RFC 3720, B.4, and the check value of the CRC catalogue.
  assert.is(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.is(crc32c(Buffer.from('123456789')), 0xe3069283);
  // The length field of a 24-byte record, as the first event of every TensorBoard file has it.
  assert.is(maskedCrc32c(Uint8Array.of(24, 0, 0, 0, 0, 0, 0, 0)), 0x224b7fa3);
  assert.is(maskedCrc32c(new Uint8Array()), 0xa282ead8);
});

test('frames a record: length, CRC, data, CRC', () => {
  const record = frameRecord(Buffer.from('123456789'));
  assert.is(record.length, 8 + 4 + 9 + 4);
  assert.is(record.readBigUInt64LE(), 9n);
  assert.is(record.toString('latin1', 12, 21), '123456789');
  // 0xe3069283 rotated right by 15 bits is 0x2507c60d; plus 0xa282ead8.
  assert.is(record.readUInt32LE(21), 0xc78ab0e5);
});

test.run();
