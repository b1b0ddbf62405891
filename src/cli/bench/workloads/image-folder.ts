import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { DataLoader } from '../../../data/data-loader.js';
import { imageFolder } from '../../../data/image-folder.js';
import { imageFolderParams } from '../../../data/image-folder.params.js';
import { disposeTensors, toTensors, type TensorBatch } from '../../../data/to-tensors.js';
import { withDefaults } from '../../../params.js';
import { packageRoot } from '../../../io/package-root.js';
import { sumOfMagnitudes } from '../tensors.js';
import type { PreparedWorkload, Workload } from './workload.js';

const SIDE = 256;
const COUNT = 256;
const BATCH = 16;
const QUALITY = 90;

export const imageFolderBench: Workload = {
  name: 'image_folder_256px',
  summary: `${COUNT} JPEGs of ${SIDE}×${SIDE} into float32 tensors, ${BATCH} at a time; PyTorch: torchvision and Pillow`,
  parts: [{ name: 'epoch' }],
  engines: ['torch'],
  pytorch: 'pytorch_image_folder.py',
  prepare,
};

/** The script in Python reads the same files. */
const folder = join(packageRoot(), 'build', 'bench', 'image_folder_256px');

function prepare(): PreparedWorkload {
  const ready = writeImages();
  const epoch = async (look?: (batch: TensorBatch) => void): Promise<void> => {
    await ready;
    const dataset = imageFolder(withDefaults(imageFolderParams, { root: folder, size: SIDE, labels: true }));
    for await (const hostBatch of new DataLoader(dataset, { batchSize: BATCH }).epoch(0)) {
      const batch = toTensors(hostBatch);
      look?.(batch);
      disposeTensors(batch);
    }
  };
  return {
    async check() {
      const sums: number[] = [];
      await epoch(({ image }) => {
        if (sums.length === 0) sums.push(sumOfMagnitudes([image as tf.Tensor]));
      });
      return sums[0] ?? NaN;
    },
    async run(_, repetitions) {
      for (let i = 0; i < repetitions; i++) await epoch();
    },
  };
}

/** Once: whole or not at all, so that a run that was stopped here is made good by the next. */
async function writeImages(): Promise<void> {
  if (existsSync(folder)) return;
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(join(unfinished, 'class'), { recursive: true });
  for (let i = 0; i < COUNT; i++) {
    const image = sharp(photograph(i + 1), { raw: { width: SIDE, height: SIDE, channels: 3 } });
    await image.jpeg({ quality: QUALITY }).toFile(join(unfinished, 'class', `${String(i).padStart(3, '0')}.jpg`));
  }
  mkdirSync(dirname(folder), { recursive: true });
  renameSync(unfinished, folder);
}

/** Waves of light and colour under noise: about as many bytes as a photograph, some 28 KB. */
function photograph(seed: number): Uint8Array {
  let state = seed;
  const draw = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
  const waves = Array.from({ length: 6 }, () => [draw() / 10, draw() / 10, 6 * draw(), 40 * draw()] as const);
  const data = new Uint8ClampedArray(SIDE * SIDE * 3);
  for (let y = 0, at = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const light = waves.reduce((sum, [a, b, phase, height]) => sum + height * Math.sin(a * x + b * y + phase), 128);
      const noise = 25 * (draw() + draw() - 1);
      for (const [c, [a, , phase]] of waves.slice(0, 3).entries()) {
        data[at++] = light + noise + 20 * (c - 1) * Math.sin(a * y + phase);
      }
    }
  }
  return new Uint8Array(data.buffer);
}
