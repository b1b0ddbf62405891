import { readFileSync } from 'node:fs';

/** A protobuf message, decoded without knowing its schema: the values of every field by number. */
export type Message = ReadonlyMap<number, readonly (number | Buffer)[]>;

/**
 * Reads a TensorBoard event file from the format's description alone, sharing nothing with the writer: its own
 * CRC-32C, its own TFRecord framing, its own protobuf wire format.
 * @throws Error on a wrong checksum or a record cut short.
 */
export function readEventFile(path: string): Message[] {
  const file = readFileSync(path);
  const events: Message[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    expectCrc(file.subarray(at, at + 8), file.readUInt32LE(at + 8));
    const data = file.subarray(at + 12, at + 12 + length);
    expectCrc(data, file.readUInt32LE(at + 12 + length));
    events.push(decodeMessage(data));
    at += 12 + length + 4;
  }
  return events;
}

/** The fields of a message: varints as numbers, 64-bit ones as doubles, 32-bit ones as floats, the rest as bytes. */
export function decodeMessage(bytes: Buffer): Message {
  const fields = new Map<number, (number | Buffer)[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(value);
    }
  };
  const take = (count: number): Buffer => {
    if (at + count > bytes.length) throw new Error('a field runs over the end of its message');
    return bytes.subarray(at, (at += count));
  };
  while (at < bytes.length) {
    const key = varint();
    const wireType = key & 7;
    const value =
      wireType === 0
        ? varint()
        : wireType === 1
          ? take(8).readDoubleLE()
          : wireType === 5
            ? take(4).readFloatLE()
            : take(varint());
    fields.set(key >>> 3, [...(fields.get(key >>> 3) ?? []), value]);
  }
  return fields;
}

export function numberAt(message: Message, field: number): number | undefined {
  const value = message.get(field)?.[0];
  return typeof value === 'number' ? value : undefined;
}

export function textAt(message: Message, field: number): string | undefined {
  const value = message.get(field)?.[0];
  return Buffer.isBuffer(value) ? value.toString() : undefined;
}

export function messagesAt(message: Message, field: number): Message[] {
  return (message.get(field) ?? []).map((value) => decodeMessage(value as Buffer));
}

/** Bit by bit, polynomial 0x1EDC6F41 reflected. */
function expectCrc(bytes: Uint8Array, stored: number): void {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  crc = ~crc >>> 0;
  const rotated = ((crc >>> 15) | (crc << 17)) >>> 0;
  const masked = (rotated + 0xa282ead8) % 2 ** 32;
  if (masked !== stored) throw new Error(`checksum ${stored}, expected ${masked}`);
}
