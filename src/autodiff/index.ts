export { checkpoint, type RandomState } from './checkpoint.js';
export { withoutRecording } from './tape.js';
export { grads, valueAndGrads, vjp, type Vjp } from './vjp.js';
