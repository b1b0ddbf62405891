import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { csvLines } from './csv.js';

function written(text: string): string {
  const path = join(temporaryFolder(), 'a.csv');
  writeFileSync(path, text);
  return path;
}

test('fields of lines; quotes, a byte order mark, both ends of lines', () => {
  assert.equal([...csvLines(written('\ufeffa,b\r\nc,"d, e"\n\nf,g'))], [['a', 'b'], ['c', 'd, e'], ['f', 'g']]); // prettier-ignore
  assert.equal([...csvLines(written(''))], []);
});

test('a file that is read in several pieces loses nothing', () => {
  const line = (i: number): string => `${i},${'é'.repeat(20)}`;
  const count = 200_000;
  const lines = csvLines(written(Array.from({ length: count }, (_, i) => line(i)).join('\n')));
  let next = 0;
  for (const fields of lines) if (fields.join(',') === line(next)) next++;
  assert.is(next, count);
});

test('what is no CSV file', () => {
  const read = (path: string) => () => [...csvLines(path)];
  assert.throws(read('absent.csv'), /absent\.csv: cannot read: there is no such file/);
  assert.throws(read(written('a,b\n1,2\n3\n')), /a\.csv: is no CSV file: Invalid Record Length[^]*download it again/);
});

test.run();
