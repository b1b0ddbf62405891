import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Problem } from '../errors.js';

/** Where the two halves of LPIPS lie. */
export interface LpipsFiles {
  /** torchvision's VGG16. */
  readonly vgg16: string;
  /** LPIPS's own linear heads for it, version 0.1. */
  readonly linear: string;
}

/** What to fetch for each half, under which name. */
const published = {
  vgg16: {
    name: 'vgg16-397923af.pth',
    what: "torchvision's VGG16 (ImageNet), 553,433,881 bytes, SHA-256 beginning with 397923af",
    url: 'https://download.pytorch.org/models/vgg16-397923af.pth',
  },
  linear: {
    name: 'vgg.pth',
    what: "LPIPS's linear heads for VGG16, version 0.1, about 7 kB, MD5 d507d7349b931f0638a25a48a722f98a",
    url: 'https://github.com/richzhang/PerceptualSimilarity/raw/master/lpips/weights/v0.1/vgg.pth',
  },
} as const;

export const LPIPS_HALVES = ['vgg16', 'linear'] as const;

/** The two files under their published names in a folder. */
export function lpipsFilesIn(folder: string): LpipsFiles {
  return { vgg16: join(folder, published.vgg16.name), linear: join(folder, published.linear.name) };
}

/** What one of the files is, and the command that fetches it: nothing is downloaded at run time. */
export function describeLpipsFile(half: keyof LpipsFiles, path: string): { what: string; remedy: string } {
  const { what, url } = published[half];
  return { what, remedy: `mkdir -p '${dirname(path)}' && curl -L -o '${path}' ${url}` };
}

/** The files that are missing, each with how to get it. */
export function missingLpipsFiles(files: LpipsFiles): Problem[] {
  return LPIPS_HALVES.filter((half) => !existsSync(files[half])).map((half) => {
    const { what, remedy } = describeLpipsFile(half, files[half]);
    return {
      where: files[half],
      problem: 'pretrained weights of the perceptual loss (LPIPS) are missing',
      expected: what,
      remedy,
    };
  });
}
