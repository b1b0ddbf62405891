import { Buffer } from 'node:buffer';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inFolder, messageOf, text } from './fixtures.js';
import { displayPath, parseConfig, readConfigFile } from './read.js';
import { toPlain } from './tree.js';

const read = (files: Record<string, string | Uint8Array>, path: string): string =>
  inFolder(files, () => messageOf(() => parseConfig(readConfigFile(path))));

test('reads a file, with or without a byte order mark', () => {
  inFolder({ 'a.yaml': '\uFEFFa: 1\r\nb: 2\r\n' }, () => {
    assert.equal(toPlain(parseConfig(readConfigFile('a.yaml'))), { a: 1, b: 2 });
  });
});

test('a missing file: names the nearest in its folder', () => {
  assert.is(
    read({ 'configs/mnist.yaml': '', 'configs/celebahq.yaml': '' }, 'configs/mnsit.yaml'),
    text(`
      configs/mnsit.yaml: no such file
        did you mean: configs/mnist.yaml`),
  );
});

test('a missing file: the ending was left out', () => {
  assert.is(
    read({ 'configs/mnist.yaml': '', 'configs/minist.yaml': '' }, 'configs/mnist'),
    text(`
      configs/mnist: no such file
        did you mean: configs/mnist.yaml`),
  );
});

test('a missing folder', () => {
  assert.is(
    read({}, 'confgs/mnist.yaml'),
    text(`
      confgs/mnist.yaml: no such file
        found:        the folder confgs does not exist either`),
  );
});

test('a folder: lists the configs in it', () => {
  assert.is(
    read({ 'configs/b.yaml': '', 'configs/a.yml': '', 'configs/readme.md': '' }, 'configs'),
    text(`
      configs: this is a folder
        found:        in it: configs/a.yml, configs/b.yaml
        expected:     a YAML file`),
  );
});

for (const [name, content] of [
  ['empty', ''],
  ['only comments', '# nothing\n'],
]) {
  test(`a file without values: ${name}`, () => {
    assert.is(
      read({ 'a.yaml': content ?? '' }, 'a.yaml'),
      text(`
        a.yaml: the file holds no values
          expected:     a map with the keys model, data and lightning`),
    );
  });
}

test('a file that holds a list', () => {
  assert.is(
    read({ 'a.yaml': '- 1\n- 2\n' }, 'a.yaml'),
    text(`
      a.yaml:1:1: not a config
        found:        [1, 2] (list)
        expected:     a map: lines of the form "key: value"`),
  );
});

test('not UTF-8: says where', () => {
  assert.is(
    read({ 'a.yaml': Buffer.from('a: 1\nname: Mus\xe9e\n', 'latin1') }, 'a.yaml'),
    text(`
      a.yaml:2:10: not a text file in UTF-8
        to fix:       save it as UTF-8, or give the YAML file if this is another one`),
  );
  assert.match(read({ 'a.yaml': Buffer.from('a: 1', 'utf16le') }, 'a.yaml'), /^a\.yaml:1:2: not a text file in UTF-8/);
});

test('a file of 100 MB is not read', () => {
  assert.is(
    read({ 'model.ckpt': Buffer.alloc(100 * 1024 * 1024) }, 'model.ckpt'),
    text(`
      model.ckpt: too large for a config
        found:        100 MiB
        expected:     at most 256 KiB
        to fix:       give the YAML file of the experiment, not a checkpoint or data`),
  );
});

test('paths are shown relative to the working folder when inside it', () => {
  inFolder({}, () => {
    assert.is(displayPath(`${process.cwd()}/configs/a.yaml`), 'configs/a.yaml');
    assert.is(displayPath('/elsewhere/a.yaml'), '/elsewhere/a.yaml');
  });
});

test.run();
