#include "jpeg.h"

#include <csetjmp>
#include <cstdio>

// After <cstdio>: it uses FILE without including it.
#include <jpeglib.h>

namespace ldm {
namespace {

struct Errors {
  jpeg_error_mgr manager;
  std::jmp_buf escape;
};

void leave(j_common_ptr info) { std::longjmp(reinterpret_cast<Errors*>(info->err)->escape, 1); }

// libjpeg would go on after a warning, with pixels that are not in the file.
void leave_on_warning(j_common_ptr info, int level) {
  if (level < 0) leave(info);
}

}  // namespace

bool decode_jpeg(const uint8_t* bytes, size_t size, uint8_t* out, unsigned width, unsigned height, int channels) {
  // Nothing with a destructor may live where longjmp leaves.
  jpeg_decompress_struct info{};
  Errors errors{};
  info.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = leave;
  errors.manager.emit_message = leave_on_warning;
  if (setjmp(errors.escape) != 0) {
    jpeg_destroy_decompress(&info);
    return false;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, bytes, size);
  jpeg_read_header(&info, TRUE);
  const bool is_gray = info.jpeg_color_space == JCS_GRAYSCALE;
  const bool is_plain = is_gray || (channels == 3 && info.jpeg_color_space == JCS_YCbCr);
  bool done = false;
  if (is_plain && info.image_width == width && info.image_height == height) {
    info.out_color_space = channels == 3 ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_start_decompress(&info);
    const size_t stride = static_cast<size_t>(width) * channels;
    while (info.output_scanline < height) {
      JSAMPROW row = out + info.output_scanline * stride;
      jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
    done = true;
  }
  jpeg_destroy_decompress(&info);
  return done;
}

}  // namespace ldm
