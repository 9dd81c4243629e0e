#include "harness/findings/log_reader.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

namespace repro::findings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// Compressible, longer than any buffer, and different everywhere.
std::string long_text() {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += std::to_string(i) + "\n";
  return text;
}

std::string gzipped(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(::deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(::deflateBound(&stream, text.size()), '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

/// With a checksum, as zstd(1) writes it.
std::string zstandard(const std::string& text) {
  ZSTD_CCtx* context = ::ZSTD_createCCtx();
  ::ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string out(::ZSTD_compressBound(text.size()), '\0');
  out.resize(::ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size()));
  ::ZSTD_freeCCtx(context);
  return out;
}

class LogReaderTest : public ::testing::Test {
 protected:
  LogReaderTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "repro-logs-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~LogReaderTest() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& bytes) const {
    const std::filesystem::path path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  /// The text and the Error, if any.
  static std::pair<std::string, std::string> read(const std::string& path) {
    std::string text;
    const Result<std::uint64_t> bytes = read_log(path, [&](std::string_view piece) { text += piece; });
    if (bytes) {
      EXPECT_EQ(*bytes, text.size());
    }
    return {text, bytes ? "" : bytes.error().message};
  }

  std::filesystem::path folder_;
};

TEST_F(LogReaderTest, ReadsPlainGzipAndZstdWhateverTheyAreCalled) {
  const std::string text = long_text();
  EXPECT_EQ(read(write("a.gz", text)).first, text);
  EXPECT_EQ(read(write("b.log", gzipped(text))).first, text);
  EXPECT_EQ(read(write("c", zstandard(text))).first, text);
  EXPECT_EQ(read(write("empty", "")), (std::pair<std::string, std::string>()));
  EXPECT_EQ(read(write("short", "ab")).first, "ab");
}

TEST_F(LogReaderTest, ReadsSeveralMembersOneBehindTheOther) {
  const std::string text = long_text();
  EXPECT_EQ(read(write("a.gz", gzipped(text) + gzipped("end"))).first, text + "end");
  EXPECT_EQ(read(write("a.zst", zstandard(text) + zstandard("end"))).first, text + "end");
}

TEST_F(LogReaderTest, GivesWhatStandsBeforeTheDamage) {
  const std::string text = long_text();
  for (const std::string& packed : {gzipped(text), zstandard(text)}) {
    const auto [got, error] = read(write("cut", packed.substr(0, packed.size() / 2)));
    EXPECT_THAT(error, HasSubstr("it ends in the middle"));
    EXPECT_GT(got.size(), text.size() / 4);
    EXPECT_EQ(got, text.substr(0, got.size()));
    std::string damaged = packed;
    for (std::size_t at = damaged.size() / 2; at < damaged.size() / 2 + 100; ++at) damaged[at] ^= 0x55;
    EXPECT_THAT(read(write("damaged", damaged)).second, HasSubstr("data are damaged"));
  }
}

TEST_F(LogReaderTest, ListsFilesOfFoldersInOneOrderAndEachOnce) {
  const std::string b = write("x/b.log", "");
  const std::string a = write("x/y/a.log", "");
  std::filesystem::create_directory_symlink(folder_ / "x", folder_ / "x/loop");
  const LogList list = find_logs({folder_ / "x", b, folder_ / "nothing"});
  std::vector<std::string> paths;
  for (const LogFile& file : list.files) paths.push_back(file.path);
  EXPECT_THAT(paths, ElementsAre(b, a));
  ASSERT_THAT(list.unreadable, SizeIs(1));
  EXPECT_EQ(list.unreadable[0].path, folder_ / "nothing");
}

}  // namespace
}  // namespace repro::findings
