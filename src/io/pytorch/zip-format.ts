/** The numbers of the zip format that the reader and the writer share (PKWARE's APPNOTE 6.3). */

export const LOCAL_HEADER = { signature: 0x04034b50, bytes: 30 } as const;
export const CENTRAL_HEADER = { signature: 0x02014b50, bytes: 46 } as const;
export const END = { signature: 0x06054b50, bytes: 22 } as const;
export const ZIP64_END = { signature: 0x06064b50, bytes: 56 } as const;
export const ZIP64_LOCATOR = { signature: 0x07064b50, bytes: 20 } as const;

/** The extra field that holds the numbers of 8 bytes where a field of 4 or 2 is full of ones. */
export const ZIP64_EXTRA = 0x0001;
export const FULL_32 = 0xffffffff;
export const FULL_16 = 0xffff;

/** Names are UTF-8. */
export const UTF8_FLAG = 0x0800;
export const ENCRYPTED_FLAG = 0x0001;
export const STORED = 0;
