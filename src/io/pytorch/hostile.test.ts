import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { problemOf } from '../../../test/support/problem.js';
import { temporaryFolder } from '../../../test/support/temporary-folder.js';
import { FileError } from '../../errors.js';
import { bytesOf, type HostTensor } from '../host-tensor.js';
import { openWeights, readWeights } from '../weights-file.js';
import { writePyTorch } from './write-pytorch.js';
import { ZipWriter } from './zip-writer.js';

const test = suite('hostile and damaged files');
const folder = temporaryFolder();
const path = join(folder, 'file.pt');
const marker = join(folder, 'executed');
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../test/fixtures/pytorch/${name}`, import.meta.url));

type Entries = readonly (readonly [name: string, data: Uint8Array | string])[];

function zipOf(entries: Entries): Buffer {
  const pieces: Buffer[] = [];
  const zip = new ZipWriter((bytes) => pieces.push(Buffer.from(bytes)));
  for (const [name, data] of entries) zip.add(name, Buffer.from(data));
  zip.finish();
  return Buffer.concat(pieces);
}

const legacyHead = Buffer.from('80028a0a6cfc9c46f9206aa850192e80024de9032e80027d2e', 'hex');

/** A pickle in both kinds of file. `latin1`: each character is a byte. */
function inBothFormats(pickle: string): [string, Buffer][] {
  const bytes = Buffer.from(pickle, 'latin1');
  return [
    [
      'zip',
      zipOf([
        ['archive/data.pkl', bytes],
        ['archive/data/0', Buffer.alloc(16)],
        ['archive/version', '3\n'],
      ]),
    ],
    ['legacy', Buffer.concat([legacyHead, bytes, Buffer.from('80025d2e', 'hex')])],
  ];
}

/** The message that refuses these bytes; soon, whatever else the machine does, and with no memory to speak of. */
function refusalOf(bytes: Uint8Array): string {
  writeFileSync(path, bytes);
  const before = process.memoryUsage();
  const started = performance.now();
  const message = problemOf(() => readWeights(path));
  const milliseconds = performance.now() - started;
  const after = process.memoryUsage();
  const grown = after.heapUsed + after.external - before.heapUsed - before.external;
  assert.ok(message.startsWith(path), message);
  assert.ok(milliseconds < 5000, `${milliseconds} ms: ${message}`);
  assert.ok(grown < 100e6, `${grown} bytes: ${message}`);
  return message;
}

const call = (name: string, args: string): string => `\x80\x02c${name}\n${args}R.`;
const text = (value: string): string => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(value.length);
  return `X${length.toString('latin1')}${value}`;
};
const command = text(`touch ${marker}`);
const storage = (type: string, count: string, key = text('0')): string =>
  `(${text('storage')}ctorch\n${type}\n${key}${text('cpu')}${count}tQ`;
const tensor = (parts: { storage?: string; offset?: string; size?: string; stride?: string } = {}): string => {
  const {
    storage: own = storage('FloatStorage', 'K\x04'),
    offset = 'K\0',
    size = 'K\x04\x85',
    stride = 'K\x01\x85',
  } = parts;
  return `ctorch._utils\n_rebuild_tensor_v2\n(${own}${offset}${size}${stride}\x89}tR`;
};
const stateDict = (name: string, value: string): string => `\x80\x02}${text(name)}${value}s.`;

const script = (state: string, name = 'Net'): string => `c__torch__\n${name}\n)\x81${state}b`;

const pickles: [title: string, pickle: string, message: RegExp][] = [
  [
    'os.system',
    call('os\nsystem', `(${command}t`),
    /names os\.system, which no file of weights needs; nothing was exec/,
  ],
  ['posix.system', call('posix\nsystem', `(${command}t`), /names posix\.system/],
  ['nt.system', call('nt\nsystem', `(${command}t`), /names nt\.system/],
  ['subprocess.Popen', call('subprocess\nPopen', `(${command}t`), /names subprocess\.Popen/],
  ['builtins.eval', call('builtins\neval', `(${text('1')}t`), /names builtins\.eval/],
  ['builtins.exec', call('__builtin__\nexec', `(${text('1')}t`), /names builtins\.exec/],
  ['builtins.getattr', call('builtins\ngetattr', `(${text('1')}${text('2')}t`), /names builtins\.getattr/],
  ['importlib', call('importlib\nimport_module', `(${text('os')}t`), /names importlib\.import_module/],
  ['a function of a package', call('torch.hub\nload', `(${text('x')}t`), /calls torch\.hub\.load/],
  ['a class of numpy', call('numpy.testing._private.utils\nrunstring', `(${text('x')}}t`), /calls numpy\.testing/],
  [
    'a name through a module',
    `\x80\x04${text('torch')}${text('os.system')}\x93(${command}tR.`,
    /names torch\.os\.system/,
  ],
  ['STACK_GLOBAL', `\x80\x04\x8c\x02os\x8c\x06system\x93(${command}tR.`, /names os\.system/],
  ['INST', `(${command}ios\nsystem\n.`, /names os\.system/],
  ['OBJ', `(cos\nsystem\n${command}o.`, /names os\.system/],
  ['NEWOBJ', `\x80\x02csubprocess\nPopen\n(${command}t\x81.`, /names subprocess\.Popen/],
  ['BUILD', `\x80\x02ctorch\nTensor\n}b.`, /sets the state of torch\.Tensor/],
  ['nested calls', call('torch._utils\n_rebuild_parameter', `(cos\nsystem\n(${command}tRt`), /names os\.system/],
  ['a call through a call', call('torch._tensor\n_rebuild_from_type_v2', `(cfoo\nbar\nN)}t`), /calls foo\.bar/],
  ['a call of a result', `\x80\x02ccollections\nOrderedDict\n)R)R.`, /calls a dict of 0/],
  ['a call of a text', `\x80\x02${text('os.system')}(${command}tR.`, /calls 'os\.system'/],
  ['an extension', `\x80\x02\x82\x01.`, /the operation 0x82, which is not known/],
  ['a buffer out of band', `\x80\x05\x97.`, /is not known/],
  ['a later protocol', `\x80\x06N.`, /its protocol 6 is not known/],
  ['a text of 4 GB', `\x80\x02X\xff\xff\xff\xff.`, /claims a value of 4294967295 bytes/],
  ['a text of 10 GB', `\x80\x04\x8d\x00\xe4\x0b\x54\x02\x00\x00\x00.`, /claims a value of 10000000000 bytes/],
  ['bytes of 10 GB', `\x80\x04\x8e\x00\xe4\x0b\x54\x02\x00\x00\x00.`, /claims a value of 10000000000 bytes/],
  ['a bytearray of 10 GB', `\x80\x05\x96\x00\xe4\x0b\x54\x02\x00\x00\x00.`, /claims a value of 10000000000 bytes/],
  ['a text of a negative length', `\x80\x02T\xff\xff\xff\xff.`, /claims a value of -1 bytes/],
  ['an integer of 2 GB', `\x80\x02\x8b\xff\xff\xff\x7f.`, /claims a whole number of 2147483647 bytes/],
  ['an integer of many digits', `I${'9'.repeat(3000)}\n.`, /for a whole number/],
  ['a line without end', `c${'a'.repeat(5000)}`, /a line in it has no end/],
  ['a stack that is empty', `\x80\x02R.`, /takes more from its stack than there is/],
  ['a mark that is not set', `\x80\x02t.`, /a mark that it has not set/],
  ['a value that is not stored', `\x80\x02h\x07.`, /recalls value 7/],
  ['a pickle that does not end', `\x80\x02N`, /ends in the middle/],
  ['a text that is not UTF-8', `\x80\x02X\x01\0\0\0\xff.`, /not UTF-8/],
  ['a dict that holds itself', `\x80\x02}q\0${text('a')}h\0s.`, /nested more than 64 deep|repeats its values/],
  ['a list that holds itself', `\x80\x02]q\0h\0ah\0a.`, /nested more than 64 deep|repeats its values/],
  [
    'a list of lists of lists, each ten times over',
    `\x80\x02]q\0${Array.from({ length: 30 }, (_, i) => `](${`h${String.fromCharCode(i)}`.repeat(10)}eq${String.fromCharCode(i + 1)}`).join('')}.`,
    /repeats its values/,
  ],
  ['containers without end', `\x80\x02${'}'.repeat(350_000)}.`, /more than 300000 containers/],
  ['marks without end', `\x80\x02${'('.repeat(350_000)}.`, /more than 300000 containers/],
  ['operations without end', `\x80\x02N${'q\0'.repeat(3_100_000)}.`, /more than 3000000 operations/],
  [
    'an object of another class',
    `\x80\x02cmy.package\nNetwork\n)\x81}b.`,
    /holds an object of class my\.package\.Network/,
  ],
  [
    'a script without tensors',
    `\x80\x02${script(`}${text('training')}\x88s`)}.`,
    /is a TorchScript program whose modules have no tensors/,
  ],
  ['a script whose state is no dict', `\x80\x02${script(')')}.`, /modules have no tensors/],
  ['a call of the class of a script', `\x80\x02c__torch__\nNet\n)R.`, /calls __torch__\.Net/],
  [
    'a class that only begins like one of a script',
    `\x80\x02c__torch__x\nNet\n)\x81}b.`,
    /an object of class __torch__x\.Net/,
  ],
  [
    'a script that holds itself',
    `\x80\x02c__torch__\nNet\n)\x81q\0}${text('a')}h\0sb.`,
    /nested more than 64 deep|repeats its values/,
  ],
  [
    'scripts in scripts, each ten times over',
    `\x80\x02c__torch__\nNet\n)\x81q\0${Array.from({ length: 30 }, (_, i) => {
      const items = Array.from({ length: 10 }, (_, j) => `${text(String(j))}h${String.fromCharCode(i)}`).join('');
      return `c__torch__\nNet\n)\x81}(${items}ubq${String.fromCharCode(i + 1)}`;
    }).join('')}.`,
    /repeats its values/,
  ],
  [
    'a tensor of a script that is larger than its storage',
    `\x80\x02${script(`}${text('w')}${tensor({ size: 'K\x05\x85' })}s`)}.`,
    /tensor 'w' cannot be read: it has shape \[5\]/,
  ],
  [
    'a state_dict of another class',
    stateDict('state_dict', `cmy\nDict\n)\x81`),
    /its state_dict is an object of class my\.Dict/,
  ],
  ['a text alone', `\x80\x02${text('weights')}.`, /holds 'weights', not weights by name/],
  ['a persistent id of another kind', `\x80\x02${text('x')}Q.`, /refers to 'x' outside of it, which is no storage/],
  [
    'a storage class that is not known',
    stateDict('w', tensor({ storage: storage('OddStorage', 'K\x04') })),
    /torch\.OddStorage/,
  ],
  [
    'a storage that is not there',
    stateDict('w', tensor({ storage: storage('FloatStorage', 'K\x04', text('9')) })),
    /tensor 'w' cannot be read: the file has no/,
  ],
  ['a tensor of no storage', stateDict('w', tensor({ storage: 'N' })), /something else than a storage/],
  [
    'a tensor larger than its storage',
    stateDict('w', tensor({ size: 'K\x05\x85' })),
    /tensor 'w' cannot be read: it has shape \[5\]/,
  ],
  [
    'an offset behind the storage',
    stateDict('w', tensor({ offset: 'K\x01' })),
    /from element 1 on, but its storage only 4/,
  ],
  ['a negative offset', stateDict('w', tensor({ offset: 'J\xff\xff\xff\xff' })), /something else than a storage/],
  ['negative strides', stateDict('w', tensor({ stride: 'J\xff\xff\xff\xff\x85' })), /something else than a storage/],
  [
    'sizes and strides that differ in number',
    stateDict('w', tensor({ stride: ')' })),
    /tensor 'w' cannot be read: it has shape/,
  ],
  [
    'a tensor of 40 GB made of one number',
    stateDict('w', tensor({ size: '\x8a\x05\x00\xe4\x0b\x54\x02\x85', stride: 'K\0\x85' })),
    /tensor 'w' cannot be read: it has shape \[10000000000\] and strides \[0\]: 10000000000 elements made of only 4/,
  ],
  [
    'sizes whose product is no number',
    stateDict('w', tensor({ size: `${'\x8a\x05\x00\xe4\x0b\x54\x02'.repeat(3)}\x87`, stride: 'K\0K\0K\0\x87' })),
    /tensor 'w' cannot be read/,
  ],
];

for (const [title, pickle, message] of pickles) {
  test(title, () => {
    for (const [format, bytes] of inBothFormats(pickle)) {
      const found = refusalOf(bytes);
      assert.match(found, message, format);
    }
    assert.not(existsSync(marker), 'nothing was executed');
  });
}

test('a storage of 10 GB where there are 16 bytes', () => {
  const pickle = stateDict('w', tensor({ storage: storage('FloatStorage', '\x8a\x05\x00\xe4\x0b\x54\x02') }));
  const [zip, legacy] = inBothFormats(pickle);
  assert.match(refusalOf(zip![1]), /tensor 'w' cannot be read: archive\/data\/0 has 16 bytes, where 10000000000/);
  const keys = Buffer.from(`\x80\x02]${text('0')}a.`, 'latin1');
  assert.match(
    refusalOf(Buffer.concat([legacy![1].subarray(0, -4), keys, Buffer.alloc(24)])),
    /tensor 'w' cannot be read: truncated: storage 0 ends at byte 40000000/,
  );
});

/** A small archive of weights, to be broken. */
function smallZip(): Buffer {
  return zipOf([
    ['archive/data.pkl', Buffer.from(stateDict('w', tensor()), 'latin1')],
    ['archive/data/0', Buffer.from(Float32Array.of(1, 2, 3, 4).buffer)],
    ['archive/version', '3\n'],
  ]);
}

/** The archive with a change; `find` names the place by a text in it, counted from the end for the directory. */
function changed(change: (zip: Buffer, at: { central: number; local: number; end: number }) => void): Buffer {
  const zip = smallZip();
  const signature = (number: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(number);
    return bytes;
  };
  change(zip, {
    central: zip.indexOf(signature(0x02014b50)),
    local: zip.indexOf(signature(0x04034b50)),
    end: zip.lastIndexOf(signature(0x06054b50)),
  });
  return zip;
}

test('archives that are none, or not plain', () => {
  const bomb = changed((zip, { central }) => {
    zip.writeUInt16LE(8, central + 10);
    zip.writeUInt32LE(2 ** 32 - 2, central + 24);
  });
  const cases: [Buffer, RegExp][] = [
    [bomb, /its entry archive\/data\.pkl is compressed, which torch\.save never does/],
    [changed((zip, { central }) => zip.writeUInt16LE(1, central + 8)), /data\.pkl is encrypted/],
    [changed((zip, { central }) => zip.writeUInt32LE(2 ** 32 - 2, central + 24)), /but claims 4294967294/],
    [
      changed((zip, { central }) => zip.writeUInt32LE(2 ** 32 - 1, central + 24)),
      /zip64 size, but the field of it is missing/,
    ],
    [changed((zip, { end }) => zip.writeUInt16LE(60_000, end + 10)), /its zip directory cannot be: 60000 entries/],
    [changed((zip, { end }) => zip.writeUInt32LE(2 ** 31, end + 12)), /its zip directory cannot be/],
    [
      changed((zip, { end }) => zip.writeUInt32LE(2 ** 32 - 1, end + 16)),
      /zip64 sizes, but the record of them is missing/,
    ],
    [changed((zip, { local }) => zip.writeUInt16LE(60_000, local + 28)), /where only \d+ are for data/],
    [zipOf([['../data.pkl', 'x']]), /"\.\.\/data\.pkl" has a name that leads out of the archive/],
    [zipOf([['archive/../../x', 'x']]), /leads out of the archive/],
    [zipOf([['/etc/passwd', 'x']]), /leads out of the archive/],
    [zipOf([['C:/x', 'x']]), /leads out of the archive/],
    [zipOf([['a\\b', 'x']]), /leads out of the archive/],
    [
      zipOf([
        ['archive/data.pkl', 'x'],
        ['archive/data.pkl', 'y'],
      ]),
      /two entries of the name archive\/data\.pkl/,
    ],
    [zipOf([['readme.txt', 'x']]), /a zip archive, but not one that torch\.save wrote[^]*readme\.txt/],
    [zipOf([]), /truncated or damaged|no file of weights|an empty archive/],
    [
      zipOf([
        ['m/data.pkl', 'N.'],
        ['m/version', '99'],
      ]),
      /a later form of the format/,
    ],
    [
      zipOf([
        ['m/data.pkl', 'N.'],
        ['m/byteorder', 'big'],
      ]),
      /begin with their high bytes/,
    ],
    [
      zipOf([
        ['m/data.pkl', 'N.'],
        ['m/version', '3'.repeat(100)],
      ]),
      /its entry m\/version has 100 bytes/,
    ],
  ];
  for (const [bytes, message] of cases) assert.match(refusalOf(bytes), message);
});

test('a compressed entry is refused where it is asked for, and only there', () => {
  const deflated = (name: string): Buffer =>
    changed((zip, { central }) => {
      const nameStart = zip.indexOf(name, central);
      zip.writeUInt16LE(8, nameStart - 46 + 10);
      zip.writeUInt32LE(2 ** 32 - 2, nameStart - 46 + 24);
    });
  for (const name of ['data.pkl', 'data/0', 'version']) {
    assert.match(
      refusalOf(deflated(`archive/${name}`)),
      `its entry archive/${name} is compressed, which torch.save never`,
    );
  }
  const inItsOwnHeader = changed((zip, { local }) => zip.writeUInt16LE(8, local + 8));
  assert.match(refusalOf(inItsOwnHeader), /data\.pkl is compressed/);
  writeFileSync(path, smallZip());
  const whole = hex(readWeights(path));
  const source = smallZip().toString('latin1').replaceAll('archive/version', 'archive/code.py');
  const zip = Buffer.from(source, 'latin1');
  zip.writeUInt16LE(8, zip.lastIndexOf('archive/code.py') - 46 + 10);
  writeFileSync(path, zip);
  assert.equal(hex(readWeights(path)), whole);
});

test('entries that share bytes', () => {
  const zip = changed((bytes, { central }) => {
    const second = bytes.indexOf('archive/data/0', central);
    // The second entry's header begins where the first one's does.
    bytes.writeUInt32LE(bytes.readUInt32LE(central + 42), second - 46 + 42);
  });
  assert.match(refusalOf(zip), /overlap|is damaged/);
});

/** Calls `look` with each bit of the file flipped in turn, `step` bits apart. */
function withFlippedBits(whole: Uint8Array, step: number, look: (bit: number) => void): void {
  writeFileSync(path, whole);
  const file = openSync(path, 'r+');
  for (let bit = 0; bit < whole.length * 8; bit += step) {
    const byte = whole[bit >> 3] ?? 0;
    writeSync(file, Uint8Array.of(byte ^ (1 << (bit & 7))), 0, 1, bit >> 3);
    try {
      look(bit);
    } catch (error) {
      assert.instance(error, FileError, `bit ${bit}: ${String(error)}`);
      assert.ok((error as Error).message.startsWith(path), (error as Error).message);
    }
    writeSync(file, Uint8Array.of(byte), 0, 1, bit >> 3);
  }
  closeSync(file);
}

const hex = (tensors: ReadonlyMap<string, HostTensor>): string[] =>
  [...tensors].map(([name, tensor]) => name + Buffer.from(bytesOf(tensor)).toString('hex'));

test('a flipped bit is an error that names the file, or changes nothing', () => {
  const own = new Map<string, HostTensor>([
    ['first', { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) }],
    ['second', { dtype: 'F16', shape: [2, 1], data: Uint16Array.of(1, 2) }],
  ]);
  writePyTorch(path, own, { global_step: 1, epoch: 0 });
  const whole = readFileSync(path);
  let unnoticed = 0;
  withFlippedBits(whole, 1, (bit) => {
    assert.equal(hex(readWeights(path)), hex(own), `bit ${bit}`);
    unnoticed += 1;
  });
  // Dates, versions and padding.
  assert.ok(unnoticed < whole.length * 5, `${unnoticed} of ${whole.length * 8}`);
  const broken = Buffer.from(whole);
  broken[whole.indexOf(Buffer.from(Float32Array.of(1, 2).buffer))] = 1;
  assert.match(refusalOf(broken), "tensor 'first' is damaged: its data do not match their checksum");
});

test('a bit flipped in the legacy format, which has no checksums: an error that names the file, or other values', () => {
  withFlippedBits(readFileSync(fixture('legacy.pt')), 11, () => readWeights(path));
});

test('a file cut short anywhere is an error that names the file', () => {
  for (const name of ['zip.pt', 'legacy.pt']) {
    const whole = readFileSync(fixture(name));
    writeFileSync(path, Buffer.concat([whole, Buffer.from('x')]));
    for (let size = whole.length + 1; size >= 0; size--) {
      truncateSync(path, size);
      if (size === whole.length) continue;
      const message = problemOf(() => readWeights(path));
      assert.ok(message.startsWith(path), message);
    }
  }
  const legacy = readFileSync(fixture('legacy.pt'));
  writeFileSync(path, legacy.subarray(0, legacy.length - 1));
  assert.match(
    problemOf(() => openWeights(path)),
    /tensor '\w+' cannot be read: truncated/,
  );
});

test.run();
