export { checkpoint, type RandomState } from './checkpoint.js';
export { withGradients } from './given-gradients.js';
export { withoutRecording } from './tape.js';
export { grads, valueAndGrads, vjp, type Vjp } from './vjp.js';
