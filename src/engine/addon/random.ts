import type { Id, Integers } from './types.js';

/** native/src/random.cc. */
export interface RandomOperations {
  philoxNormal(shape: Integers, key: Integers, counter: Integers): Id;
  philoxUniform(shape: Integers, key: Integers, counter: Integers): Id;
}
