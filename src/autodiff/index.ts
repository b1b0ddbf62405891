export { valueAndGrads, vjp, type Vjp } from './vjp.js';
