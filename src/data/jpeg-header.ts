import type { Size } from './geometry.js';

/** What stands before the pixels of a JPEG. */
export interface JpegHeader extends Size {
  /** 1 is gray; 3 is colours. */
  readonly channels: 1 | 3;
  /** It has EXIF data, which may turn the image, or a colour profile. */
  readonly isAnnotated: boolean;
}

const START_OF_IMAGE = 0xffd8;
/** Start of frame of the baseline, extended and progressive processes with Huffman coding. */
const FRAMES = [0xc0, 0xc1, 0xc2];
const APP1 = 0xe1;
const APP2 = 0xe2;
/** The first of the markers without a length, and those at which the pixels begin or the image ends. */
const ENDS = [0xd8, 0xd9, 0xda];
const FRAME_BYTES = 8;

/**
 * Reads the size of an 8-bit gray or colour JPEG (ITU-T T.81, annex B), much sooner than a decoder is set up.
 * Undefined for anything else, which is not to say that it is no image.
 */
export function jpegHeader(bytes: Buffer): JpegHeader | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE() !== START_OF_IMAGE) return undefined;
  let isAnnotated = false;
  for (let at = 2; at + 4 + FRAME_BYTES <= bytes.length;) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || marker === 0 || marker === 0xff || ENDS.includes(marker)) return undefined;
    const length = bytes.readUInt16BE(at + 2);
    if (FRAMES.includes(marker)) return frameOf(bytes, at + 4, isAnnotated);
    const holds = (tag: string): boolean => bytes.toString('latin1', at + 4, at + 4 + tag.length) === tag;
    if ((marker === APP1 && holds('Exif')) || (marker === APP2 && holds('ICC_PROFILE'))) isAnnotated = true;
    at += 2 + length;
  }
  return undefined;
}

function frameOf(bytes: Buffer, at: number, isAnnotated: boolean): JpegHeader | undefined {
  const [precision, components] = [bytes[at], bytes[at + 5]];
  const height = bytes.readUInt16BE(at + 1);
  const width = bytes.readUInt16BE(at + 3);
  if (precision !== 8 || height === 0 || width === 0) return undefined;
  return components === 1 || components === 3 ? { width, height, channels: components, isAnnotated } : undefined;
}
