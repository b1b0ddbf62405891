#!/usr/bin/env node
import { launch } from './launch.mjs';

await launch(['run', ...process.argv.slice(2)]);
