#include "harness/store/compression.h"

#include <fmt/format.h>
#include <zstd.h>

#include "harness/base/check.h"

namespace repro::store {
namespace {

/// zstd's own default.
constexpr int kLevel = 3;

}  // namespace

struct Compressor::State {
  State() : context(ZSTD_createCCtx()) { REPRO_CHECK(context != nullptr); }
  ~State() { ZSTD_freeCCtx(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ZSTD_CCtx* context;
};

Compressor::Compressor() : state_(std::make_unique<State>()) {}
Compressor::~Compressor() = default;
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;

std::string Compressor::compress(std::string_view bytes) {
  std::string frame(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size =
      ZSTD_compressCCtx(state_->context, frame.data(), frame.size(), bytes.data(), bytes.size(), kLevel);
  REPRO_CHECK(ZSTD_isError(size) == 0U);  // the bound makes every error but a lack of memory impossible
  frame.resize(size);
  return frame;
}

Result<std::string> decompress(std::string_view frame, std::uint64_t limit_bytes) {
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) {
    return fail(ErrorKind::store, "a stored text is damaged");
  }
  if (size > limit_bytes) {
    return fail(ErrorKind::store, fmt::format("a stored text claims to have {} bytes", size));
  }
  std::string bytes(size, '\0');
  const std::size_t got = ZSTD_decompress(bytes.data(), bytes.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) != 0U || got != size) return fail(ErrorKind::store, "a stored text is damaged");
  return bytes;
}

}  // namespace repro::store
