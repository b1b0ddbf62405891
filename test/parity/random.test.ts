import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { Generator, RandomStreams } from '../../src/random/index.js';
import { onEveryEngine } from '../support/engines.js';

/** A change of these numbers changes every run that was ever made. */
const PINNED_NORMALS = [-1.4440563917160034, 0.16795594990253448, -0.22872136533260345, 1.81009840965271];
const PINNED_UNIFORMS = [0.3475821614265442, 0.4815717339515686, 0.18930703401565552, 0.2700045108795166];

/** What the first engine drew, for the next ones to draw again. */
let drawn: number[] | undefined;

onEveryEngine('random numbers', (test, engine) => {
  test('the same normal numbers on every engine, bit for bit', () => {
    const found = new RandomStreams(23).get('noise').normal([3, 5, 7]);
    const values = [...found.dataSync()];
    found.dispose();
    drawn ??= values;
    assert.equal(values, drawn, engine);
    assert.equal(values.slice(0, 4), PINNED_NORMALS);
  });

  test('the same uniform numbers on every engine, bit for bit', () => {
    const found = new RandomStreams(23).get('noise').uniform([2, 3]);
    assert.equal([...found.dataSync()].slice(0, 4), PINNED_UNIFORMS);
    found.dispose();
  });

  test('moments of a million normal numbers', () => {
    const x = new Generator([1, 2]).normal([1000, 1000]);
    const { mean, variance } = tf.moments(x);
    const fourth = tf.mean(tf.pow(x, 4)).dataSync()[0] ?? NaN;
    assert.ok(Math.abs(mean.dataSync()[0] ?? NaN) < 0.004);
    assert.ok(Math.abs((variance.dataSync()[0] ?? NaN) - 1) < 0.006);
    assert.ok(Math.abs(fourth - 3) < 0.05);
    tf.dispose([x, mean, variance]);
  });

  test('a draw goes on where the last one ended, and from a saved state', () => {
    const streams = new RandomStreams(5);
    streams.get('a').normal([3]).dispose();
    const { state } = streams;
    const next = [...streams.get('a').normal([4]).dataSync()];
    const restored = new RandomStreams(5);
    restored.state = JSON.parse(JSON.stringify(state)) as typeof state;
    assert.equal([...restored.get('a').normal([4]).dataSync()], next);
    assert.equal(state, { a: [1, 0, 0, 0] });
  });

  test('restoring a state begins streams anew that it does not name', () => {
    const streams = new RandomStreams(5);
    const { state } = streams;
    const draw = () => [...streams.get('a').uniform([4]).dataSync()];
    const first = draw();
    assert.not.equal(draw(), first);
    streams.state = state;
    assert.equal(draw(), first);
    assert.equal([...streams.begin('a').uniform([4]).dataSync()], first);
  });

  test('streams of other names and seeds differ', () => {
    const draw = (seed: number, name: string) => [...new RandomStreams(seed).get(name).uniform([4]).dataSync()];
    assert.not.equal(draw(1, 'a'), draw(1, 'b'));
    assert.not.equal(draw(1, 'a'), draw(2, 'a'));
  });

  test('integers cover their range evenly, permutations hold every index once', () => {
    const generator = new Generator([7, 7]);
    const counts = new Array<number>(10).fill(0);
    for (const value of generator.integers(10, [10000]).dataSync()) counts[value] = (counts[value] ?? 0) + 1;
    assert.ok(
      counts.every((count) => count > 880 && count < 1120),
      counts.join(' '),
    );
    const order = generator.permutation(1000);
    assert.equal(
      [...order].sort((a, b) => a - b),
      Array.from({ length: 1000 }, (_, i) => i),
    );
    assert.ok([...order].some((value, i) => value !== i));
  });

  test('no tensors are left behind and empty draws are empty', () => {
    const before = tf.memory().numTensors;
    const empty = new Generator([0, 0]).normal([0, 3]);
    assert.equal(empty.shape, [0, 3]);
    empty.dispose();
    assert.is(tf.memory().numTensors, before);
  });
});
