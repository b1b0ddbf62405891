import { registry } from '../../registry/index.js';
import { experimentJsonSchema, stringifySchema } from '../config/index.js';
import { writeFileAtomically } from '../io/atomic-write.js';
import { requireWritable } from '../io/require-writable.js';
import { experimentOptions } from './experiment.js';
import { textFlag, type Flags } from './flags.js';

/** `ldm schema`: the JSON Schema of experiment files, for editors. Returns the exit code. @throws FileError */
export function schema(flags: Flags): number {
  const out = textFlag(flags, 'out');
  if (out !== undefined) requireWritable(out);
  const text = stringifySchema(experimentJsonSchema(registry, experimentOptions));
  if (out === undefined) console.log(text);
  else {
    writeFileAtomically(out, `${text}\n`);
    console.log(`wrote ${out}`);
  }
  return 0;
}
