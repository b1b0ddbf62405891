import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { annotate, annotatedValues, loadExperimentTree, toPlain, type AnnotatedValue } from '../../config/index.js';
import { compareConfigs, describeDifference, differenceData } from './compare.js';

const test = suite('what differs between two configs');

/** The values of a text in YAML; `defaults` gives what validation would have made of it. */
function valuesOf(text: string, defaults?: (values: Record<string, unknown>) => unknown): AnnotatedValue[] {
  const { root } = loadExperimentTree([{ name: 'x.yaml', text }]);
  const values = defaults?.(toPlain(root) as Record<string, unknown>);
  return annotatedValues(annotate(root, values === undefined ? {} : { values }));
}

const nameOf = (target: string): string => target.replace(/^ldm\./, '');

function lines(a: AnnotatedValue[], b: AnnotatedValue[]): string[] {
  return compareConfigs(a, b, nameOf).map((difference) => describeDifference(difference, false));
}

test('values that changed, went and came, in the order of the files', () => {
  const a = valuesOf('x: 1\nlist: [1, 2]\ngone: {deep: yes}\nsame: 1.0\nlast: a');
  const b = valuesOf('first: 0\nx: 2\nlist: [1, 3]\nnew: [{y: 1}]\nsame: 1\nlast: b');
  assert.equal(lines(a, b), [
    '+ first: 0',
    'x: 1 -> 2',
    'list: [1, 2] -> [1, 3]',
    '+ new.0.y: 1',
    '- gone.deep: yes',
    'last: a -> b',
  ]);
});

test('the same component under two names is the same', () => {
  assert.equal(lines(valuesOf('target: ldm.UNet'), valuesOf('target: UNet')), []);
  assert.equal(lines(valuesOf('name: ldm.UNet'), valuesOf('name: UNet')), ['name: ldm.UNet -> UNet']);
});

test('a value given as its default is the same as none', () => {
  const withDefault = (values: Record<string, unknown>) => ({ dropout: 0, ...values });
  assert.equal(lines(valuesOf('dropout: 0\nx: 1', withDefault), valuesOf('x: 1', withDefault)), []);
});

test('what another component has by default is not listed', () => {
  const a = valuesOf('net: {target: A, params: {size: 1}}', () => ({
    net: { target: 'A', params: { size: 1, only: 2, both: 3 } },
  }));
  const b = valuesOf('net: {target: B, params: {wide: 1}}', () => ({
    net: { target: 'B', params: { wide: 1, other: 2, both: 4 } },
  }));
  assert.equal(lines(a, b), [
    'net.target: A -> B',
    '+ net.params.wide: 1',
    '- net.params.size: 1',
    'net.params.both: 3 -> 4',
  ]);
  const none = valuesOf('x: 1');
  const one = valuesOf('x: 1\nlog: {target: Log}', () => ({ x: 1, log: { target: 'Log', params: { every: 10 } } }));
  assert.equal(lines(none, one), ['+ log.target: Log']);
  assert.equal(lines(one, none), ['- log.target: Log']);
});

test('nothing beside a map is not listed: the lines of the map say so', () => {
  assert.equal(lines(valuesOf('a: {}'), valuesOf('a: {b: 1}')), ['+ a.b: 1']);
  const filled = valuesOf('{}', () => ({ schedule: null }));
  assert.equal(lines(filled, valuesOf('schedule: {target: S}')), ['+ schedule.target: S']);
  assert.equal(lines(valuesOf('schedule: 1'), valuesOf('schedule: {target: S}')), [
    '+ schedule.target: S',
    '- schedule: 1',
  ]);
});

test('origins, and data for programs', () => {
  const [difference] = compareConfigs(valuesOf('x: [1]'), valuesOf('y: 0\nx: [2]'), nameOf).slice(-1);
  assert.ok(difference);
  assert.is(describeDifference(difference, true), 'x: [1] -> [2]\n    x.yaml:1:4\n    x.yaml:2:4');
  assert.equal(differenceData(difference), {
    path: 'x',
    a: { value: [1], origin: 'x.yaml:1:4' },
    b: { value: [2], origin: 'x.yaml:2:4' },
  });
});

test.run();
