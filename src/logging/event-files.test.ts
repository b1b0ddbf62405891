import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { makeFolder } from '../io/make-folder.js';
import { cutEventFiles, eventBytesLogged, eventFilesIn } from './event-files.js';

test('a folder goes back to what it was: files to their length, later ones away, others untouched', () => {
  const folder = temporaryFolder();
  const write = (name: string, content: string): void => {
    writeFileSync(join(folder, name), content);
  };
  makeFolder(join(folder, 'version_0'));
  write('events.out.tfevents.1', 'before');
  write('version_0/events.out.tfevents.2', '');
  write('notes.txt', 'mine');
  const bytes = eventBytesLogged(folder);
  assert.equal(bytes, { 'events.out.tfevents.1': 6, 'version_0/events.out.tfevents.2': 0 });
  write('events.out.tfevents.1', 'before and after');
  write('version_0/events.out.tfevents.2', 'after');
  write('events.out.tfevents.3', 'after');
  write('notes.txt', 'mine, and more');
  for (let i = 0; i < 2; i++) {
    cutEventFiles(folder, bytes);
    assert.equal(eventBytesLogged(folder), bytes);
  }
  assert.is(readFileSync(join(folder, 'events.out.tfevents.1'), 'utf8'), 'before');
  assert.is(readFileSync(join(folder, 'notes.txt'), 'utf8'), 'mine, and more');
});

test('a file that lost its end is not made longer; nothing kept is everything taken back', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'events.out.tfevents.1'), 'be');
  cutEventFiles(folder, { 'events.out.tfevents.1': 6, 'events.out.tfevents.gone': 3 });
  assert.is(readFileSync(join(folder, 'events.out.tfevents.1'), 'utf8'), 'be');
  cutEventFiles(folder, {});
  assert.equal(readdirSync(folder), []);
});

test('no folder has no event files', () => {
  assert.equal(eventFilesIn(join(temporaryFolder(), 'none')), []);
});

test.run();
