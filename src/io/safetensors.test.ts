import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { problemOf } from '../../test/support/problem.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import type { HostTensor } from './host-tensor.js';
import { readSafetensors, readSafetensorsHeader, verifiedSafetensors, writeSafetensors } from './safetensors.js';
import { readAll } from './tensor-source.js';

const folder = temporaryFolder();
let count = 0;
const newPath = (): string => join(folder, `${count++}.safetensors`);

const tensors = new Map<string, HostTensor>([
  ['flags', { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ['model.weight', { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, -2, 3.5, -Infinity) }],
  ['bytes', { dtype: 'U8', shape: [1], data: Uint8Array.of(255) }],
  ['scalar', { dtype: 'F64', shape: [], data: Float64Array.of(Math.PI) }],
  ['none', { dtype: 'F32', shape: [0, 4], data: new Float32Array() }],
  ['steps', { dtype: 'I64', shape: [2], data: BigInt64Array.of(-1n, 2n ** 40n) }],
  ['half', { dtype: 'F16', shape: [1], data: Uint16Array.of(0x3c00) }],
  ['brain', { dtype: 'BF16', shape: [1], data: Uint16Array.of(0x3f80) }],
  ['small', { dtype: 'I16', shape: [1], data: Int16Array.of(-5) }],
  ['tiny', { dtype: 'I8', shape: [1], data: Int8Array.of(-5) }],
  ['class_label', { dtype: 'I32', shape: [1], data: Int32Array.of(7) }],
]);

/** A file as another program writes it: no checksums. */
function foreignFile(header: unknown, data: Uint8Array = new Uint8Array(), path = newPath()): string {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(path, Buffer.concat([length, json, data]));
  return path;
}

test('reads back every data type, shape and metadata text', () => {
  const path = newPath();
  writeSafetensors(path, tensors, { schema: '1', note: 'é "quoted"' });
  const read = readSafetensors(path);
  assert.equal(read.metadata, { schema: '1', note: 'é "quoted"' });
  assert.equal([...read.tensors.keys()].sort(), [...tensors.keys()].sort());
  for (const [name, tensor] of tensors) assert.equal(read.tensors.get(name), tensor, name);
});

test('writes the format: length, JSON header, data at a multiple of 8, each tensor aligned to its elements', () => {
  const path = newPath();
  writeSafetensors(path, tensors);
  const file = readFileSync(path);
  const headerLength = Number(file.readBigUInt64LE());
  assert.is(headerLength % 8, 0);
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerLength)) as Record<string, { data_offsets: number[] }>;
  for (const [name, { data }] of tensors) {
    assert.is((header[name]?.data_offsets[0] ?? NaN) % data.BYTES_PER_ELEMENT, 0, name);
  }
  const begin = header['model.weight']?.data_offsets[0] ?? NaN;
  assert.is(file.readFloatLE(8 + headerLength + begin + 8), 3.5);
});

test('reads the header alone', () => {
  const path = newPath();
  writeSafetensors(path, tensors, { epoch: '3' });
  const { entries, metadata } = readSafetensorsHeader(path);
  assert.equal(metadata, { epoch: '3' });
  assert.equal(entries.get('model.weight')?.shape, [2, 2]);
});

test('reads files without checksums, unpadded and unaligned', () => {
  const data = new Uint8Array(5);
  new DataView(data.buffer).setFloat32(1, 1.5, true);
  const path = foreignFile(
    { b: { dtype: 'F32', shape: [1], data_offsets: [1, 5] }, a: { dtype: 'U8', shape: [1], data_offsets: [0, 1] } },
    data,
  );
  const { tensors: read, metadata } = readSafetensors(path);
  assert.equal(read.get('b'), { dtype: 'F32', shape: [1], data: Float32Array.of(1.5) });
  assert.equal(metadata, {});
});

test('a tensor named like an object property survives', () => {
  const path = newPath();
  const odd = new Map<string, HostTensor>([['__proto__', { dtype: 'U8', shape: [1], data: Uint8Array.of(1) }]]);
  writeSafetensors(path, odd);
  assert.equal([...readSafetensors(path).tensors], [...odd]);
});

test('a flipped bit is an error that names the file and the tensor, wherever it is', () => {
  const path = newPath();
  const two = new Map<string, HostTensor>([
    ['first', { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) }],
    ['second', { dtype: 'F32', shape: [2], data: Float32Array.of(3, 4) }],
  ]);
  writeSafetensors(path, two, { global_step: '120' });
  const whole = readFileSync(path);
  const key = whole.indexOf('ldm.crc32c');
  for (let bit = 0; bit < whole.length * 8; bit++) {
    // Without its key the table is not found and the file reads as one without checksums: with the right values.
    if (bit >> 3 >= key && bit >> 3 < key + 'ldm.crc32c'.length) continue;
    const broken = Buffer.from(whole);
    broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    writeFileSync(path, broken);
    const message = problemOf(() => readSafetensors(path));
    assert.ok(message.startsWith(path), message);
    if (bit >> 3 >= whole.length - 8) assert.match(message, "tensor 'second' is damaged");
  }
});

test('a file is held against its checksums before the first tensor is read, and each tensor again', () => {
  const path = newPath();
  // More than is held against its checksum at once.
  const large: HostTensor = { dtype: 'U8', shape: [2 ** 22 + 5], data: new Uint8Array(2 ** 22 + 5).fill(7) };
  const contents = new Map([...tensors, ['large', large]]);
  writeSafetensors(path, contents, { said: 'so' });
  const whole = readFileSync(path);
  const { metadata, ...source } = verifiedSafetensors(path);
  assert.equal(metadata, { said: 'so' });
  assert.equal([...readAll(source)].sort(byName), [...contents].sort(byName));

  const flipped = Buffer.from(whole);
  const last = flipped.length - 1;
  flipped[last] = (flipped[last] ?? 0) ^ 1;
  writeFileSync(path, flipped);
  assert.match(
    problemOf(() => verifiedSafetensors(path)),
    /tensor '\w+' is damaged/,
  );
  assert.match(
    problemOf(() => readAll(source)),
    /tensor '\w+' is damaged/,
  );
});

test('a file cut short anywhere is an error that names the file', () => {
  const path = newPath();
  writeSafetensors(path, tensors);
  const whole = readFileSync(path);
  for (let size = 0; size < whole.length; size += 7) {
    writeFileSync(path, whole.subarray(0, size));
    assert.ok(problemOf(() => readSafetensors(path)).startsWith(path));
  }
  writeFileSync(path, whole.subarray(0, whole.length - 1));
  assert.match(
    problemOf(() => readSafetensors(path)),
    /tensor '\w+': its data end at byte \d+, but the file has only \d+/,
  );
  writeFileSync(path, Buffer.concat([whole, Buffer.from('x')]));
  assert.match(
    problemOf(() => readSafetensors(path)),
    '1 bytes at its end belong to no tensor',
  );
});

test('says what is wrong with a header', () => {
  const entry = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };
  const four = new Uint8Array(4);
  const cases: [header: unknown, data: Uint8Array, message: string][] = [
    ['{"a":', four, 'its header is not JSON'],
    ['[]', four, 'its header is not a JSON object'],
    [{ __metadata__: { a: 1 } }, new Uint8Array(), "the entry 'a' of its metadata is not a string"],
    [{ w: { ...entry, dtype: 'F8_E4M3' } }, four, "tensor 'w': its dtype F8_E4M3 is not supported"],
    [{ w: { ...entry, shape: [-1] } }, four, "tensor 'w': its shape is not a list of whole numbers"],
    [{ w: { ...entry, shape: [2] } }, four, 'spans 4 bytes, but F32 of shape [2] takes 8'],
    [{ w: { ...entry, data_offsets: [4, 8] } }, new Uint8Array(8), 'begin at byte 4, where byte 0 was expected'],
    [{ w: entry, v: entry }, four, 'begin at byte 0, where byte 4 was expected'],
  ];
  for (const [header, data, message] of cases) {
    assert.ok(problemOf(() => readSafetensors(foreignFile(header, data))).includes(message), message);
  }
  writeFileSync(join(folder, 'text'), 'this is not a safetensors file');
  assert.match(
    problemOf(() => readSafetensors(join(folder, 'text'))),
    'not a safetensors file: it claims a header of',
  );
  assert.match(
    problemOf(() => readSafetensors(join(folder, 'absent'))),
    'cannot read: there is no such file',
  );
});

test('refuses values that do not fill the shape, writing nothing', () => {
  const path = newPath();
  const wrong = new Map<string, HostTensor>([['w', { dtype: 'F32', shape: [3], data: new Float32Array(2) }]]);
  assert.throws(() => {
    writeSafetensors(path, wrong);
  }, "cannot write tensor 'w': 2 values for shape [3]");
  assert.not(existsSync(path));
});

test('a header length is believed only up to the format’s limit', () => {
  const path = newPath();
  const length = Buffer.alloc(16, 0xff);
  writeFileSync(path, length);
  assert.match(
    problemOf(() => readSafetensors(path)),
    'claims a header of',
  );
  assert.is(statSync(path).size, 16);
});

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

test.run();
