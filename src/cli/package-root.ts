export { packageRoot } from '../io/package-root.js';
