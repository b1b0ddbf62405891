import type { HostDType } from '../host-tensor.js';

/** What a storage's elements are. */
export interface ElementType {
  /** As PyTorch names it: `torch.float32`. */
  readonly name: string;
  readonly bytes: number;
  /** The same type here; undefined where this project has none. */
  readonly dtype?: HostDType;
}

const elementTypes: readonly ElementType[] = [
  { name: 'torch.float64', bytes: 8, dtype: 'F64' },
  { name: 'torch.float32', bytes: 4, dtype: 'F32' },
  { name: 'torch.float16', bytes: 2, dtype: 'F16' },
  { name: 'torch.bfloat16', bytes: 2, dtype: 'BF16' },
  { name: 'torch.int64', bytes: 8, dtype: 'I64' },
  { name: 'torch.int32', bytes: 4, dtype: 'I32' },
  { name: 'torch.int16', bytes: 2, dtype: 'I16' },
  { name: 'torch.int8', bytes: 1, dtype: 'I8' },
  { name: 'torch.uint8', bytes: 1, dtype: 'U8' },
  { name: 'torch.bool', bytes: 1, dtype: 'BOOL' },
  { name: 'torch.complex64', bytes: 8 },
  { name: 'torch.complex128', bytes: 16 },
  { name: 'torch.quint8', bytes: 1 },
  { name: 'torch.qint8', bytes: 1 },
  { name: 'torch.qint32', bytes: 4 },
  { name: 'torch.uint16', bytes: 2 },
  { name: 'torch.uint32', bytes: 4 },
  { name: 'torch.uint64', bytes: 8 },
  { name: 'torch.float8_e4m3fn', bytes: 1 },
  { name: 'torch.float8_e5m2', bytes: 1 },
];
const byName = new Map(elementTypes.map((type) => [type.name, type]));

/** The elements of the classes whose name says them; an untyped storage is made of bytes. */
const byStorageClass = new Map(
  Object.entries({
    DoubleStorage: 'torch.float64',
    FloatStorage: 'torch.float32',
    HalfStorage: 'torch.float16',
    BFloat16Storage: 'torch.bfloat16',
    LongStorage: 'torch.int64',
    IntStorage: 'torch.int32',
    ShortStorage: 'torch.int16',
    CharStorage: 'torch.int8',
    ByteStorage: 'torch.uint8',
    BoolStorage: 'torch.bool',
    ComplexFloatStorage: 'torch.complex64',
    ComplexDoubleStorage: 'torch.complex128',
    QUInt8Storage: 'torch.quint8',
    QInt8Storage: 'torch.qint8',
    QInt32Storage: 'torch.qint32',
    UntypedStorage: 'torch.uint8',
    _UntypedStorage: 'torch.uint8',
  }),
);

/** The element type of that name, `torch.float32`, or undefined. */
export function elementTypeNamed(name: string): ElementType | undefined {
  return byName.get(name);
}

/** The elements of a storage of that class, `FloatStorage`, or undefined where it is none that is known. */
export function elementTypeOfStorage(className: string): ElementType | undefined {
  return byName.get(byStorageClass.get(className) ?? '');
}

/** The class that PyTorch keeps elements of that type in. */
export function storageClassOf(dtype: HostDType): string {
  const name = elementTypes.find((type) => type.dtype === dtype)?.name;
  const found = [...byStorageClass].find(([, elements]) => elements === name);
  if (!found) throw new Error(`no storage class holds ${dtype}`);
  return found[0];
}
