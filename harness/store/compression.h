#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace repro::store {

/// Compresses logs and findings into single zstd frames that carry their size. Keeps its working memory
/// (about 1 MB), so one object serves many texts. One thread at a time. Internal to harness/store.
class Compressor {
 public:
  Compressor();
  ~Compressor();
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  [[nodiscard]] std::string compress(std::string_view bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads one frame of Compressor. Errors: store, when the frame is damaged or says that it holds more than
/// `limit_bytes`, before memory for it is taken.
[[nodiscard]] Result<std::string> decompress(std::string_view frame, std::uint64_t limit_bytes = 1ULL << 30U);

}  // namespace repro::store
