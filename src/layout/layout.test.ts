import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HostGenerator } from '../random/index.js';
import { BoundingBoxBuilder, CoordinateTokens, layoutOf, type BoundingBox, type LayoutObject } from './index.js';

interface Reference {
  readonly objects: readonly LayoutObject[];
  readonly cases: readonly {
    readonly no_tokens: number;
    readonly encode_crop: boolean;
    readonly use_group_parameter: boolean;
    readonly use_additional_parameters: boolean;
    readonly crop: BoundingBox;
    readonly flip: boolean;
    readonly tokens: readonly number[];
    readonly decoded: readonly (readonly number[])[];
    readonly decoded_crop: BoundingBox | null;
  }[];
}

/** Made by taming-transformers itself. */
const reference = JSON.parse(readFileSync('test/fixtures/layout/layout.json', 'utf8')) as Reference;
/** As many objects as the reference has room for, in the order that they are in. */
class Unshuffled extends HostGenerator {
  override shuffled<T>(items: readonly T[]): T[] {
    return [...items];
  }
}
const unshuffled = new Unshuffled([0, 0]);

const builderOf = (options: Omit<Reference['cases'][number], 'tokens'>) =>
  new BoundingBoxBuilder({
    noObjectClasses: 20,
    noMaxObjects: 8,
    noTokens: options.no_tokens,
    encodeCrop: options.encode_crop,
    useGroupParameter: options.use_group_parameter,
    useAdditionalParameters: options.use_additional_parameters,
  });

reference.cases.forEach((one, i) => {
  test(`tokens as taming-transformers makes and reads them, case ${i}`, () => {
    const builder = builderOf(one);
    const tokens = builder.build(reference.objects, one, unshuffled);
    assert.equal([...tokens], one.tokens);
    const { objects, crop } = layoutOf(tokens, builder.coordinates);
    assert.equal(
      objects.map(({ representation, box }) => [representation, ...box]),
      one.decoded,
    );
    assert.equal(crop ?? null, one.decoded_crop);
  });
});

test('the order of the objects is drawn, the same in every reading of an example', () => {
  const [one] = reference.cases;
  const triples = (generator: HostGenerator) => {
    const tokens = [...builderOf(one!).build(reference.objects, {}, generator)];
    return reference.objects.map((_, i) => tokens.slice(3 * i, 3 * i + 3).join());
  };
  const drawn = (counter: number) => triples(new HostGenerator([1, 2], [0, 0, counter, 0]));
  assert.equal(drawn(0), drawn(0));
  assert.not.equal(drawn(0), drawn(1));
  assert.equal(drawn(0).sort(), triples(unshuffled).sort());
});

test('a place between two tokens goes to the even one, as Python rounds', () => {
  const tokens = new CoordinateTokens(16);
  assert.is(tokens.tokenOf(0.5, 0), 2);
  assert.is(tokens.tokenOf(1, 1), 15);
  assert.equal(tokens.coordinatesOf(6), [2 / 3, 1 / 3]);
});

test('tokens that are too few', () => {
  assert.throws(() => new CoordinateTokens(3), /at least 4 tokens, found 3/);
  const options = { noObjectClasses: 20, noMaxObjects: 8, noTokens: 320, encodeCrop: true };
  assert.throws(
    () => new BoundingBoxBuilder({ ...options, useGroupParameter: true, useAdditionalParameters: true }),
    /no_tokens: are not enough[^]*found: +320[^]*expected: +more than 320, 20 classes times 16/,
  );
});

test.run();
