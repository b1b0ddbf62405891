import { writeFileSync } from 'node:fs';

const BLOCK = 512;

/** A member of a ustar archive: its header, its content and what fills the last block. */
export function tarMember(name: string, content: Uint8Array | string, type = '0'): Buffer {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  header.write('        ', 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]);
}

/** What an archive ends with. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

/** Writes a ustar archive of these files, in their order. */
export function writeTar(path: string, files: Readonly<Record<string, Uint8Array | string>>): string {
  const members = Object.entries(files).map(([name, content]) => tarMember(name, content));
  writeFileSync(path, Buffer.concat([...members, TAR_END]));
  return path;
}
