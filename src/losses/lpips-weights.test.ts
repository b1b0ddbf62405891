import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import type { HostTensor } from '../io/host-tensor.js';
import { RandomStreams } from '../random/index.js';
import { LPIPS, loadPretrainedLpips, lpipsFilesIn } from './index.js';
import { lpipsFromLinearHeads, lpipsFromVgg16 } from './lpips-weights.js';

const places = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28];
const scalar = (value: number): HostTensor => ({ dtype: 'F32', shape: [], data: Float32Array.of(value) });
const named = (names: readonly string[]) => new Map(names.map((name, i) => [name, scalar(i)]));
const vgg16 = () =>
  named([...places.flatMap((place) => [`features.${place}.weight`, `features.${place}.bias`]), 'classifier.0.weight']);
const heads = () => named([0, 1, 2, 3, 4].map((i) => `lin${i}.model.1.weight`));

onEveryEngine(
  'weights of LPIPS',
  (test) => {
    test("torchvision's features go to the slices that end before a pooling; its classifier is left", () => {
      const found = lpipsFromVgg16(vgg16());
      assert.is(found.size, 26);
      const value = (name: string) => found.get(name)?.data[0];
      assert.equal([value('net.slice1.0.weight'), value('net.slice1.2.bias'), value('net.slice2.5.weight')], [0, 3, 4]);
      assert.equal(
        [value('net.slice3.14.bias'), value('net.slice4.17.weight'), value('net.slice5.28.bias')],
        [13, 14, 25],
      );
      assert.equal([...lpipsFromLinearHeads(heads()).keys()], [...heads().keys()]);
    });

    test('together they are all weights of LPIPS', () => {
      const weights = [...new LPIPS().namedParameters()].filter(([, { isBuffer }]) => !isBuffer).map(([name]) => name);
      assert.equal([...lpipsFromVgg16(vgg16()).keys(), ...lpipsFromLinearHeads(heads()).keys()], weights);
    });

    test('a file of something else is refused, by what it lacks', () => {
      const state = vgg16();
      state.delete('features.7.bias');
      assert.throws(
        () => lpipsFromVgg16(state, 'a.pth'),
        /a\.pth: 1 weights of torchvision's VGG16 are missing\n.*features\.0\.weight.*\n {2}expected: {5}features\.7\.bias/,
      );
      assert.throws(
        () => lpipsFromLinearHeads(new Map(), 'b.pth'),
        /b\.pth: 5 weights of the linear heads.*\n.*no weights at all/,
      );
    });

    test('both files that are missing are named, with the commands that fetch them', () => {
      const never = () => {
        throw new Error('nothing is to be read');
      };
      let message = '';
      try {
        loadPretrainedLpips(new LPIPS(), lpipsFilesIn('models/none'), never);
      } catch (error) {
        message = (error as Error).message;
      }
      const line = `mkdir -p 'models/none' && curl -L -o 'models/none/vgg16-397923af.pth' https://download.pytorch.org/models/vgg16-397923af.pth`;
      assert.ok(message.includes(line), message);
      assert.match(message, /models\/none\/vgg\.pth: pretrained weights of the perceptual loss/);
    });

    test('loading fills every weight and leaves the buffers', () => {
      const folder = join(temporaryFolder(), 'lpips');
      mkdirSync(folder);
      const files = lpipsFilesIn(folder);
      for (const file of [files.vgg16, files.linear]) writeFileSync(file, '');
      const lpips = new LPIPS();
      const shapeOf = new Map([...lpips.namedParameters()].map(([name, { publishedShape }]) => [name, publishedShape]));
      const filled = (name: string): HostTensor => {
        const shape = shapeOf.get(name) ?? [];
        return { dtype: 'F32', shape, data: new Float32Array(shape.reduce((size, axis) => size * axis, 1)).fill(0.5) };
      };
      const slices = [1, 1, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5];
      loadPretrainedLpips(lpips, files, (path) =>
        path === files.vgg16
          ? new Map(
              places.flatMap((place, i) =>
                ['weight', 'bias'].map((kind) => [
                  `features.${place}.${kind}`,
                  filled(`net.slice${slices[i]}.${place}.${kind}`),
                ]),
              ),
            )
          : new Map([...heads().keys()].map((name) => [name, filled(name)])),
      );
      const state = lpips.initialize(new RandomStreams(1)).stateDict();
      const shift = Float32Array.of(-0.03, -0.088, -0.188);
      assert.equal([...(state.get('scaling_layer.shift')?.data as Float32Array)], [...shift]);
      const others = [...state].filter(([name]) => !name.startsWith('scaling_layer'));
      assert.ok(others.every(([, { data }]) => data[0] === 0.5 && data.at(-1) === 0.5));
      lpips.dispose();
    });
  },
  ['torch'],
);
