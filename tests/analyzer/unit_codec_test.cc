#include <gtest/gtest.h>

#include "analyzer/base/digest.h"
#include "analyzer/infer/unit.h"
#include "tests/analyzer/analyze_text.h"

namespace analyzer {
namespace {

constexpr std::string_view kRuby =
    "module M\n class A < B\n  include C\n  X = 1\n  def f(a, b = 2, *c, d:, e: 3, **g, &h)\n   x = "
    "a.is_a?(String) ? "
    "a.upcase : nil\n   x.foo(1, k: 2) if x\n  end\n  attr_reader :y\n end\nend\nM::A.class_eval { def z; "
    "end }\n"
    "require 'json'\n";

TEST(UnitCodec, GivesBackWhatItWasGiven) {
  const infer::UnitPtr unit = test::unit_of(kRuby);
  const std::string bytes = infer::encode(*unit);
  infer::FileUnit copy;
  ASSERT_TRUE(infer::decode(bytes, copy));
  EXPECT_EQ(infer::encode(copy), bytes);
  EXPECT_EQ(copy.names, unit->names);
}

TEST(UnitCodec, RefusesEveryCutAndNeverFailsOnFlippedBytes) {
  const std::string bytes = infer::encode(*test::unit_of(kRuby));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    infer::FileUnit unit;
    EXPECT_FALSE(infer::decode(std::string_view(bytes).substr(0, size), unit)) << size;
  }
  std::size_t refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x80);
    auto unit = std::make_shared<infer::FileUnit>();
    if (!infer::decode(damaged, *unit)) {
      ++refused;
      continue;
    }
    // What passes the checks must be safe to analyse, whatever it says.
    pool::SessionInputs inputs;
    inputs.paths = std::make_shared<const std::vector<std::string>>(1, "a.rb");
    inputs.reflection = test::core_signatures();
    inputs.project = infer::Project::build(inputs.reflection, {"a.rb"}, {unit});
    static_cast<void>(pool::WorkerSession(inputs).analyze(0));
  }
  EXPECT_GT(refused, bytes.size() / 4);
}

TEST(Digest, AgreesWithTheReferenceOfBlake2) {
  // `printf abc | b2sum -l 256` and `printf '' | b2sum -l 256` of coreutils 9.1.
  EXPECT_EQ(digest_of("abc").hex(), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  EXPECT_EQ(digest_of("").hex(), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  // Two blocks and a bit: `head -c 300 /dev/zero | b2sum -l 256`.
  EXPECT_EQ(digest_of(std::string(300, '\0')).hex(),
            "3b7fa24c99516cfee0cc68a8670eae28e9f4636460b4a8c09feeef5409504bff");
  EXPECT_EQ(digest_of(std::string(128, '\0')).hex(),
            "378d0caaaa3855f1b38693c1d6ef004fd118691c95c959d4efa950d6d6fcf7c1");
}

}  // namespace
}  // namespace analyzer
