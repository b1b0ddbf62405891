import type { Id } from './types.js';

/** native/src/activation_ops.cc. */
export interface ActivationOperations {
  silu(x: Id): Id;
  siluGrad(dy: Id, x: Id): Id;
  gelu(x: Id, approximate: string): Id;
  geluGrad(dy: Id, x: Id, approximate: string): Id;
  geglu(x: Id): Id;
  gegluGrad(dy: Id, x: Id): Id;
  leakyReluGrad(dy: Id, y: Id, alpha: number): Id;
}
