import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { FileError } from '../errors.js';
import { fileProblem } from './file-problems.js';

/** A file in a tar archive, and where its content lies. */
export interface TarMember {
  readonly name: string;
  /** Of its first byte, from the beginning of the archive. */
  readonly offset: number;
  readonly size: number;
}

const BLOCK = 512;
/** Names and sizes in extended headers; a larger one is no header. */
const MOST_HEADER_BYTES = 2 ** 20;

/**
 * The regular files in a tar archive, in its order: headers are read, contents skipped. Understands POSIX's formats ustar
 * and pax, and GNU's long names and sizes.
 * (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, "ustar Interchange Format")
 * @throws FileError that names the archive: absent, compressed, no archive, damaged, or cut off before its end marker
 */
export function readTarIndex(path: string): TarMember[] {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw fileProblem(path, 'read the archive', cause);
  }
  try {
    return [...members(path, file)];
  } finally {
    closeSync(file);
  }
}

function* members(path: string, file: number): Generator<TarMember> {
  const { size: end } = fstatSync(file);
  /** What extended headers say about the next member. */
  let named: { readonly path?: string; readonly size?: string } = {};
  const header = Buffer.alloc(BLOCK);
  for (let at = 0; ;) {
    if (at + BLOCK > end) throw truncated(path, `it has ${end} bytes and no end marker`);
    readAt(path, file, header, at);
    if (header.every((byte) => byte === 0)) return;
    requireHeader(path, header, at);
    const size = named.size === undefined ? numberAt(header, 124, 12) : Number(named.size);
    const offset = at + BLOCK;
    if (!Number.isSafeInteger(size) || size < 0) throw damaged(path, `the header at byte ${at} has no size`);
    if (offset + size > end) throw truncated(path, `${nameOf(header)} would end at byte ${offset + size} of ${end}`);
    at = offset + Math.ceil(size / BLOCK) * BLOCK;
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'x' || type === 'L') {
      if (size > MOST_HEADER_BYTES) throw damaged(path, `the extended header at byte ${offset} has ${size} bytes`);
      const content = Buffer.alloc(size);
      readAt(path, file, content, offset);
      named = { ...named, ...(type === 'L' ? { path: textAt(content, 0, size) } : paxRecords(content)) };
      continue;
    }
    // What is said of all members, or of a long target of a link, says nothing of the next one.
    if (type === 'g' || type === 'K') continue;
    if (['0', '\0', '7'].includes(type)) yield { name: named.path ?? nameOf(header), offset, size };
    named = {};
  }
}

function readAt(path: string, file: number, into: Buffer, position: number): void {
  let count: number;
  try {
    count = readSync(file, into, 0, into.length, position);
  } catch (cause) {
    throw fileProblem(path, 'read the archive', cause);
  }
  if (count !== into.length) throw truncated(path, `it ends at byte ${position + count}`);
}

/** The sum of the header's bytes is in it, the sum itself counted as spaces. */
function requireHeader(path: string, header: Buffer, at: number): void {
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (numberAt(header, 148, 8) === sum) return;
  if (at > 0) throw damaged(path, `there is no header at byte ${at}`);
  const isGzipped = header[0] === 0x1f && header[1] === 0x8b;
  throw new FileError({
    where: path,
    problem: isGzipped ? 'the archive is compressed, which has no places to go to' : 'not a tar archive',
    ...(isGzipped && { remedy: 'unpack it with gunzip: images are compressed already' }),
  });
}

function nameOf(header: Buffer): string {
  const [prefix, name] = [textAt(header, 345, 155), textAt(header, 0, 100)];
  return header.toString('latin1', 257, 263) === 'ustar\0' && prefix !== '' ? `${prefix}/${name}` : name;
}

function textAt(bytes: Buffer, start: number, length: number): string {
  const end = bytes.indexOf(0, start);
  return bytes.toString('utf8', start, end < 0 ? start + length : Math.min(end, start + length));
}

/** Octal digits, or, where the first bit is set, a big-endian number as GNU writes large ones. */
function numberAt(bytes: Buffer, start: number, length: number): number {
  const first = bytes[start] ?? 0;
  if ((first & 0x80) === 0) {
    const digits = textAt(bytes, start, length).trim();
    return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : NaN;
  }
  let value = first & 0x7f;
  for (let i = start + 1; i < start + length; i++) value = 256 * value + (bytes[i] ?? 0);
  return value;
}

/** Lines such as "30 path=a/long/name.jpg\n", the number being the line's own length in bytes. */
function paxRecords(content: Buffer): Record<string, string> {
  const records: Record<string, string> = {};
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const length = Number(content.toString('latin1', at, Math.max(at, space)));
    if (space < 0 || !Number.isInteger(length) || length < 1) break;
    const [key = '', ...value] = content.toString('utf8', space + 1, at + length - 1).split('=');
    records[key] = value.join('=');
    at += length;
  }
  return { ...(records.path !== undefined && { path: records.path }), ...(records.size && { size: records.size }) };
}

function truncated(path: string, detail: string): FileError {
  const remedy = 'copy or download it again';
  return new FileError({ where: path, problem: `the archive is truncated: ${detail}`, remedy });
}

function damaged(path: string, detail: string): FileError {
  const remedy = 'copy or download it again';
  return new FileError({ where: path, problem: `the archive is damaged: ${detail}`, remedy });
}
