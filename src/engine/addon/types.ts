/** The number of a native tensor. Dense, row-major, of dtype float32, int32 or bool. */
export type Id = number;
export type NativeDtype = 'float32' | 'int32' | 'bool';
export type NativeValues = Float32Array | Int32Array | Uint8Array;
export type Integers = readonly number[];
/** Two numbers: rows, then columns. */
export type Pair = readonly [number, number];
/** Three numbers: frames (depth), then rows, then columns. */
export type Triple = readonly [number, number, number];

/** Activation, prelu's weights, leakyrelu's slope. */
export type FusedActivation = readonly [activation: string, slopes: Id | undefined, alpha: number];
