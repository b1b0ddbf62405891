// Decoding JPEG with libjpeg-turbo, whatever calls it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ldm {

// Decodes into height * width * channels bytes, rows from the top; channels 3 is RGB, 1 is gray.
// False where the image is of another size or needs more than plain decoding, and where libjpeg warned of anything,
// as it does of a truncated file: `out` then holds nothing of use. Thread-safe.
bool decode_jpeg(const uint8_t* bytes, size_t size, uint8_t* out, unsigned width, unsigned height, int channels);

}  // namespace ldm
