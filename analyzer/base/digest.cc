#include "analyzer/base/digest.h"

#include <bit>
#include <cstring>

namespace analyzer {
namespace {

static_assert(std::endian::native == std::endian::little, "words are read as little-endian");

constexpr std::size_t kBlockBytes = 128;
constexpr std::size_t kDigestBytes = 32;
constexpr int kRounds = 12;

constexpr std::array<std::uint64_t, 8> kInitial = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                                   0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                                   0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

// RFC 7693, section 2.7; rounds 10 and 11 use rows 0 and 1 again.
constexpr std::uint8_t kSigma[10][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                         {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                         {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
                                         {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                         {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
                                         {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                         {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
                                         {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                         {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
                                         {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

using State = std::array<std::uint64_t, 8>;

void mix(std::array<std::uint64_t, 16>& v, std::size_t a, std::size_t b, std::size_t c, std::size_t d,
         std::uint64_t x, std::uint64_t y) {
  v[a] += v[b] + x;
  v[d] = std::rotr(v[d] ^ v[a], 32);
  v[c] += v[d];
  v[b] = std::rotr(v[b] ^ v[c], 24);
  v[a] += v[b] + y;
  v[d] = std::rotr(v[d] ^ v[a], 16);
  v[c] += v[d];
  v[b] = std::rotr(v[b] ^ v[c], 63);
}

void compress(State& state, const char* block, std::uint64_t bytes_so_far, std::uint64_t last_mask) {
  std::array<std::uint64_t, 16> message{};
  std::memcpy(message.data(), block, kBlockBytes);
  std::array<std::uint64_t, 16> v{};
  for (int i = 0; i < 8; ++i) {
    v[i] = state[i];
    v[i + 8] = kInitial[i];
  }
  v[12] ^= bytes_so_far;
  v[14] ^= last_mask;
  for (int round = 0; round < kRounds; ++round) {
    const std::uint8_t* s = kSigma[round % 10];
    for (std::size_t i = 0; i < 4; ++i) {
      mix(v, i, 4 + i, 8 + i, 12 + i, message[s[2 * i]], message[s[2 * i + 1]]);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      mix(v, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, message[s[8 + 2 * i]],
          message[s[9 + 2 * i]]);
    }
  }
  for (int i = 0; i < 8; ++i) state[i] ^= v[i] ^ v[i + 8];
}

}  // namespace

std::string Digest::hex() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

Digest digest_of(std::string_view text) {
  State state = kInitial;
  state[0] ^= 0x01010000 ^ kDigestBytes;  // parameter block: no key, sequential mode, digest length
  std::uint64_t done = 0;
  while (text.size() - done > kBlockBytes) {
    done += kBlockBytes;
    compress(state, text.data() + done - kBlockBytes, done, 0);
  }
  std::array<char, kBlockBytes> last{};
  if (text.size() > done) std::memcpy(last.data(), text.data() + done, text.size() - done);
  compress(state, last.data(), text.size(), ~std::uint64_t{0});
  Digest digest;
  std::memcpy(digest.bytes.data(), state.data(), kDigestBytes);
  return digest;
}

std::size_t DigestHash::operator()(const Digest& digest) const {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.bytes.data(), sizeof(hash));
  return hash;
}

}  // namespace analyzer
