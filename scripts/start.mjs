/** `npm start`: trains the shipped MNIST experiment, or the configs named after `--`. */
import { launch } from '../bin/launch.mjs';
import { withDefaultConfig } from './start/default-config.mjs';

await launch(['run', ...withDefaultConfig(process.argv.slice(2))]);
