import { readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { extname, join } from 'node:path';
import { FileError } from '../errors.js';
import { fileProblem } from '../io/file-problems.js';

/** The image formats that are read, by the end of the file's name. */
export const IMAGE_EXTENSIONS = ['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif'] as const;

/**
 * The images in a folder and the folders in it, in the order of their names: paths relative to it, with `/`.
 * Links are followed; what begins with a dot is left out.
 * @param extensions which files count, lower-case
 * @throws FileError where there is no such folder, or no image in it
 */
export function listImages(folder: string, extensions: readonly string[] = IMAGE_EXTENSIONS): string[] {
  const files = [...filesIn(folder, '', new Set())]
    .filter((path) => extensions.includes(extname(path).toLowerCase()))
    .sort((a, b) => (a < b ? -1 : 1));
  if (files.length > 0) return files;
  throw new FileError({
    where: folder,
    problem: 'there are no images in this folder',
    expected: `files whose names end in ${extensions.join(', ')}`,
    remedy: 'put the images there, or give the folder that has them',
  });
}

function* filesIn(root: string, inside: string, above: ReadonlySet<string>): Generator<string> {
  const folder = join(root, inside);
  const { entries, real } = readFolder(folder);
  // A link to a folder that it lies in would go on without end.
  if (above.has(real)) return;
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = inside === '' ? entry.name : `${inside}/${entry.name}`;
    const kind = entry.isSymbolicLink() ? statSync(join(root, path), { throwIfNoEntry: false }) : entry;
    if (kind?.isDirectory()) yield* filesIn(root, path, new Set([...above, real]));
    else if (kind?.isFile()) yield path;
  }
}

function readFolder(folder: string): { readonly entries: readonly Dirent[]; readonly real: string } {
  try {
    return { entries: readdirSync(folder, { withFileTypes: true }), real: realpathSync(folder) };
  } catch (cause) {
    throw fileProblem(folder, 'read the images', cause, { remedy: 'give the path of a folder of images' });
  }
}
