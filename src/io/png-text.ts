import { crc32 } from '@node-rs/crc32';

/** The signature and the first chunk, IHDR, which has to stay the first. */
const HEADER_BYTES = 8 + 25;

/**
 * The PNG with texts in chunks `iTXt` (PNG 1.2, section 4.2.3.3), where viewers and scripts find how a picture was made:
 * `PIL.Image.open(file).text`, `exiftool`, `identify -verbose`.
 *
 * @param texts by keyword: 1 to 79 characters of Latin-1, as PNG says
 */
export function withPngText(png: Buffer, texts: Readonly<Record<string, string>>): Buffer {
  const chunks = Object.entries(texts).map(([keyword, text]) => textChunk(keyword, text));
  return Buffer.concat([png.subarray(0, HEADER_BYTES), ...chunks, png.subarray(HEADER_BYTES)]);
}

/** The texts of a PNG in chunks `iTXt`, uncompressed ones. */
export function pngTexts(png: Buffer): Record<string, string> {
  const texts: Record<string, string> = {};
  for (let at = 8; at + 12 <= png.length;) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'iTXt') {
      const data = png.subarray(at + 8, at + 8 + length);
      const end = data.indexOf(0);
      // Behind the keyword: compression flag and method, then an empty language and an empty translated keyword.
      texts[data.toString('latin1', 0, end)] = data.toString('utf8', end + 5);
    }
    at += 12 + length;
  }
  return texts;
}

/** Length, type, data and checksum; uncompressed, in no particular language. */
function textChunk(keyword: string, text: string): Buffer {
  const data = Buffer.concat([Buffer.from(keyword, 'latin1'), Buffer.alloc(5), Buffer.from(text, 'utf8')]);
  const body = Buffer.concat([Buffer.from('iTXt', 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
