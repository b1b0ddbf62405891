import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { frameRecord } from './tfrecord.js';
import { cutTornRecords } from './torn-records.js';

const records = [Buffer.from('one'), Buffer.from('another')].map(frameRecord);
const whole = Buffer.concat(records);

test('a record that ends anywhere but at its end is cut off, whole ones stay', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'events.out.tfevents.1.host.1.0');
  for (let length = 0; length <= whole.length; length++) {
    writeFileSync(path, whole.subarray(0, length));
    cutTornRecords(folder);
    const kept = length === whole.length ? whole : length >= records[0]!.length ? records[0]! : Buffer.alloc(0);
    assert.ok(readFileSync(path).equals(kept), `of ${length} bytes`);
  }
});

test('other files and a folder that is not there are left alone', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'notes.txt'), 'not records');
  cutTornRecords(folder);
  cutTornRecords(join(folder, 'none'));
  assert.is(readFileSync(join(folder, 'notes.txt'), 'utf8'), 'not records');
});

test.run();
