// The first line as a pattern of --match, the rest as output: no crash, no pattern that costs more than its
// size times the text's.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "harness/findings/pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = text.find('\n');
  const repro::Result<repro::findings::Pattern> pattern =
      repro::findings::Pattern::compile(text.substr(0, end));
  if (pattern && end != std::string_view::npos) {
    static_cast<void>(pattern->occurs_in(text.substr(end + 1)));
  }
  return 0;
}
