import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { accepts, type Schema } from '../src/config/schema.js';
import { describeSchema } from '../src/config/expected.js';
import { trainerParams } from '../src/train/trainer.params.js';
import { registry } from './index.js';

const test = suite('what the components say of themselves');

interface Parameter {
  readonly path: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/** Every parameter, those of nested maps included. */
function* parametersOf(owner: string, map: Schema): Generator<Parameter> {
  const { properties = {}, required = [] } = map as {
    properties?: Readonly<Record<string, Schema>>;
    required?: readonly string[];
  };
  for (const [name, schema] of Object.entries(properties)) {
    const path = `${owner}.${name}`;
    yield { path, schema, isRequired: required.includes(name) };
    yield* parametersOf(path, schema);
  }
}

const components = registry.components();
const parameters = [
  ...components.flatMap(({ target, params }) => [...parametersOf(target, params as unknown as Schema)]),
  ...parametersOf('trainer', trainerParams),
];

/** The paths of the parameters that a rule does not hold for. */
function breaking(rule: (parameter: Parameter) => boolean): string[] {
  return parameters.filter((parameter) => !rule(parameter)).map(({ path }) => path);
}

/** A capital, a digit or a quote to begin with, and a full stop. */
const isSentence = (text: unknown) => typeof text === 'string' && /^[\p{Lu}\d"'].*\.$/su.test(text);

test('every component has a summary and a source', () => {
  const poor = components.filter(({ summary, source }) => !isSentence(summary) || source.trim() === '');
  assert.equal(
    poor.map(({ target }) => target),
    [],
  );
});

test('every parameter is described in a sentence', () => {
  assert.equal(
    breaking(({ schema }) => isSentence(schema.description)),
    [],
  );
});

test('every parameter says what it takes', () => {
  assert.equal(
    breaking(({ schema }) => describeSchema(schema) !== 'any value'),
    [],
  );
});

test('every parameter is required, has a default, or says what it means to leave it out', () => {
  const saysSo = (text: unknown) => /\babsent\b|^Without effect/.test(String(text));
  assert.equal(
    breaking(({ schema, isRequired }) => isRequired || schema.default !== undefined || saysSo(schema.description)),
    [],
  );
});

test('no parameter is both required and has a default', () => {
  assert.equal(
    breaking(({ schema, isRequired }) => !(isRequired && schema.default !== undefined)),
    [],
  );
});

test('every default is one that the parameter takes', () => {
  const isTaken = ({ default: value, ...schema }: Schema) =>
    value === undefined || schema.component !== undefined || accepts(schema, value);
  assert.equal(
    breaking(({ schema }) => isTaken(schema)),
    [],
  );
});

test('a length in pixels says so', () => {
  const isLength = /(?:image_size|sample_size|crop_size|resolution|\.size)$/;
  const lengths = parameters.filter(({ path }) => isLength.test(path));
  assert.equal(
    lengths.filter(({ schema }) => !String(schema.description).includes('pixel')).map(({ path }) => path),
    [],
  );
});

/** Published as a value of its own, such as `__is_first_stage__`. */
const BARE_NAME = /^__\w+__$/;

test('an alias is a dotted name, or a value that stands for a component', () => {
  const aliases = components.flatMap(({ aliases = [] }) => [...aliases]);
  assert.equal(
    aliases.filter((alias) => !/^[a-z]\w*(\.\w+)+$/.test(alias) && !BARE_NAME.test(alias)),
    [],
  );
});

/** Where a component of which file is published, as imports name it. */
const publications: readonly [source: RegExp, module: (file: string) => string][] = [
  [/\b((?:ldm|taming)\/[\w/]+)\.py/g, (file) => file.replaceAll('/', '.')],
  [/\blatent-diffusion, (main)\.py/g, (file) => file],
  [/\b(PyTorch Lightning)\b/g, () => 'pytorch_lightning'],
  [/\bHugging Face (diffusers)\b/g, (name) => name],
  [/\b(torch\.nn)\./g, (name) => name],
];

test('a published component goes by the name it was published under', () => {
  const nameless = components.flatMap(({ target, aliases = [], source }) =>
    publications.flatMap(([pattern, moduleOf]) =>
      [...source.matchAll(pattern)]
        .map(([, file = '']) => moduleOf(file))
        .filter((module) => !aliases.some((alias) => alias.startsWith(`${module}.`) || BARE_NAME.test(alias)))
        .map((module) => `${target}: ${module}.…`),
    ),
  );
  assert.equal(nameless, []);
});

test.run();
