import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { kept, writeRun } from '../../test/support/write-run.js';
import { inFolder, messageOf, text } from '../config/fixtures.js';
import { annotate, annotatedYaml, nodeAt, stringifyConfig, toPlain, type ConfigTree } from '../config/index.js';
import { loadTree } from './load-config.js';

const [older, newer] = ['2026-01-01T00-00-00_mnist-kl', '2026-01-02T00-00-00_mnist-kl'] as const;
const best = `runs/${newer}/checkpoints/epoch=3.ckpt`;
const last = `runs/${newer}/checkpoints/last.ckpt`;

/** Reads a config in a folder with two runs of an autoencoder. */
function load(yaml: string, overrides: readonly string[] = [], logdir = 'runs'): ConfigTree {
  return inFolder({}, () => {
    for (const name of [older, newer]) {
      writeRun(logdir, name, { modelcheckpoint: kept(['epoch=3.ckpt', 0.0123]) }, ['epoch=3.ckpt']);
    }
    return loadTree([{ name: 'a.yaml', text: text(yaml) }], overrides, logdir);
  });
}

test('${run:NAME} is the best checkpoint of the newest run, also within other values', () => {
  const { root } = load(`
    first: \${run:mnist-kl}
    last: \${run:mnist-kl,last}
    by_folder: \${run:${older}}
    by_path: \${run:runs/${older}}
    name: mnist-kl
    by_name: \${run:\${name}}
    inside: echo \${first}
    model: {params: {ckpt_path: "\${first}"}}
  `);
  assert.equal(toPlain(root), {
    first: best,
    last,
    by_folder: `runs/${older}/checkpoints/epoch=3.ckpt`,
    by_path: `runs/${older}/checkpoints/epoch=3.ckpt`,
    name: 'mnist-kl',
    by_name: best,
    inside: `echo ${best}`,
    model: { params: { ckpt_path: best } },
  });
});

test('latest:NAME is a checkpoint where one is expected, however it got there, and text elsewhere', () => {
  const { root } = load(
    `
    name: kl
    prompt: latest:mnist-kl
    resume_from_checkpoint: latest:mnist-kl
    first: {ckpt_path: "\${prompt}"}
    second: {ckpt_path: "latest:mnist-\${name}"}
    third: {ckpt_path: "latest:mnist-kl,last"}
    `,
    ['fourth.ckpt_path=latest:mnist-kl', 'fifth={ckpt_path: "latest:mnist-kl,best"}'],
  );
  assert.equal(toPlain(root), {
    name: 'kl',
    prompt: 'latest:mnist-kl',
    resume_from_checkpoint: last,
    first: { ckpt_path: best },
    second: { ckpt_path: best },
    third: { ckpt_path: last },
    fourth: { ckpt_path: best },
    fifth: { ckpt_path: best },
  });
});

test('what is kept of the config is the path; where it came from is told', () => {
  const tree = load('model: {ckpt_path: latest:mnist-kl}\n');
  assert.is(stringifyConfig(tree), `model:\n  ckpt_path: ${best}\n`);
  assert.match(annotatedYaml(annotate(tree.root)), `${best} # a.yaml:1:20; from latest:mnist-kl`);
  assert.equal(tree.notes, [
    `model.ckpt_path: latest:mnist-kl is ${best} (best by val/loss, 0.0123; newest of 2 runs)`,
  ]);
  assert.equal(load('first: ${run:mnist-kl,last}\nsecond: ${first}\n').notes, [
    `first: \${run:mnist-kl,last} is ${last} (newest of 2 runs)`,
  ]);
});

test('the folder of all runs is where the command says', () => {
  const { root } = load('a: ${run:mnist-kl}\nb: ${run:elsewhere/mnist-kl,last}\n', [], 'elsewhere');
  assert.equal(toPlain(root), { a: best.replace('runs', 'elsewhere'), b: last.replace('runs', 'elsewhere') });
});

test('a run that is not there leaves the config whole, and says why', () => {
  const { root, notes } = load('ckpt_path: ${run:mnist-lk}\nother: ${run:mnist-kl2,last}\n');
  assert.equal(toPlain(root), { ckpt_path: 'latest:mnist-lk', other: 'latest:mnist-kl2,last' });
  assert.equal(notes, []);
  const node = nodeAt(root, ['ckpt_path']);
  assert.equal(node?.kind === 'scalar' && node.missing, {
    problem: 'there is no run mnist-lk in runs',
    found: '${run:mnist-lk}',
    expected: 'the name of a run or of its config, or the path of its folder',
    nearest: ['mnist-kl'],
    remedy: `the newest runs there: ${newer}, ${older}`,
  });
});

test('a name of digits is a name', () => {
  inFolder({}, () => {
    writeRun('runs', '2026-01-01T00-00-00_mnist_001', {});
    const { root } = loadTree([], ['a=${run:001}']);
    assert.equal(toPlain(root), { a: 'runs/2026-01-01T00-00-00_mnist_001/checkpoints/last.ckpt' });
  });
});

test('what no run can mend is a mistake of the config', () => {
  assert.is(
    messageOf(() => load('a: ${run:mnist-kl,first}\nb: ${run:}\nc: ${run}\nd: ${run:[a]}\ne: x${run:gone}\n')),
    text(`
      a.yaml:1:4: a: \${run:mnist-kl,first}: wrong argument
        found:        "first" (text)
        expected:     best or last

      a.yaml:2:4: b: run takes 1 or 2 arguments
        found:        0 in \${run:}
        expected:     \${run:NAME} or \${run:NAME,last}

      a.yaml:3:4: c: \${run} refers to nothing
        found:        the config has no "run"

      a.yaml:4:4: d: \${run:[a]}: wrong argument
        found:        ["a"] (list)
        expected:     the name of a run, of its config, or the path of its folder

      a.yaml:5:4: e: there is no run gone in runs
        found:        \${run:gone}
        expected:     the name of a run or of its config, or the path of its folder
        to fix:       the newest runs there: ${newer}, ${older}`),
  );
});

test.run();
