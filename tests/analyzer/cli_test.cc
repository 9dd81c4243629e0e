// The analyzer as a user meets it: the real binary, its exit codes, its output and what it says about
// mistakes.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyzer/base/files.h"
#include "tests/support/tool.h"

namespace analyzer {
namespace {

using nlohmann::json;
using repro::test::TemporaryFolder;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

struct Ran {
  int code = -1;  ///< exit code, or -signal
  std::string out;
  std::string err;
};

/// Runs `analyzer ARGUMENTS` by the shell, in `folder` and with a cache of its own there. `environment`
/// stands before the command: `A=b `.
Ran analyzer(const TemporaryFolder& folder, const std::string& arguments,
             const std::string& environment = "") {
  const std::string out = folder.file(".out");
  const std::string err = folder.file(".err");
  const std::string command = "cd '" + folder.path() + "' && env -u ANALYZER_WORKERS XDG_CACHE_HOME='" +
                              folder.file(".cache") + "' " + environment +
                              " '" REPRO_TEST_BUILD_DIR "/bin/analyzer' " + arguments + " >'" + out +
                              "' 2>'" + err + "' </dev/null";
  const int status = std::system(command.c_str());
  Ran ran;
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  ran.out = read_file(out).value();
  ran.err = read_file(err).value();
  return ran;
}

/// Enough files for a pool; each has one mistake.
void write_many(const TemporaryFolder& folder, int files = 12) {
  for (int i = 0; i < files; ++i) {
    folder.write("many/f" + std::to_string(i) + ".rb",
                 "class C" + std::to_string(i) + "; end\n1.nope" + std::to_string(i) + "\n");
  }
}

TEST(AnalyzerCli, ExitsWithNothingFoundSomethingFoundAndWrongRequest) {
  const TemporaryFolder folder;
  folder.write("clean.rb", "puts 'x'.upcase\n");
  folder.write("wrong.rb", "x = 1\nx.nope\n");
  const Ran clean = analyzer(folder, "check clean.rb");
  EXPECT_EQ(clean.code, 0);
  EXPECT_THAT(clean.out, IsEmpty());
  const Ran wrong = analyzer(folder, "check wrong.rb");
  EXPECT_EQ(wrong.code, 1);
  EXPECT_EQ(
      wrong.out,
      "wrong.rb:2:3: error: undefined method 'nope' for an instance of Integer [call.undefined-method]\n");
  EXPECT_THAT(wrong.err, IsEmpty());
  const Ran missing = analyzer(folder, "check nowhere.rb");
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("no such file or directory: 'nowhere.rb'"));
  EXPECT_THAT(missing.out, IsEmpty());
  EXPECT_EQ(analyzer(folder, "check").code, 2);
  EXPECT_EQ(analyzer(folder, "").code, 2);
  EXPECT_EQ(analyzer(folder, "check --help").code, 0);
}

TEST(AnalyzerCli, SuggestsTheOptionPoolOrKeyThatWasMeant) {
  const TemporaryFolder folder;
  folder.write("a.rb", "1\n");
  const Ran option = analyzer(folder, "check --worker=2 a.rb");
  EXPECT_EQ(option.code, 2);
  EXPECT_THAT(option.err, HasSubstr("unknown option --worker: did you mean '--workers'?"));
  const Ran pool = analyzer(folder, "check --pool=thread a.rb");
  EXPECT_EQ(pool.code, 2);
  EXPECT_THAT(pool.err, HasSubstr("--pool: unknown pool 'thread': did you mean 'threads'?"));
  EXPECT_THAT(analyzer(folder, "check --pool=quantum a.rb").err,
              HasSubstr("unknown pool 'quantum': sequential, threads, isolates or fork"));
  EXPECT_EQ(analyzer(folder, "check --format=yaml a.rb").code, 2);
  const Ran word = analyzer(folder, "check --workers=many a.rb");
  EXPECT_EQ(word.code, 2);
  EXPECT_THAT(word.err, HasSubstr("--workers: 'many' is not a number of workers"));
}

TEST(AnalyzerCli, WritesJsonThatReadsBackAsTheTextSays) {
  const TemporaryFolder folder;
  folder.write("wrong.rb", "x = 1\nx.nope\n");
  const Ran ran = analyzer(folder, "check --format=json --stats wrong.rb");
  EXPECT_EQ(ran.code, 1);
  const json all = json::parse(ran.out);
  EXPECT_EQ(all.at("schema"), 1);
  ASSERT_EQ(all.at("diagnostics").size(), 1U);
  const json& one = all["diagnostics"][0];
  EXPECT_EQ(one.at("path"), "wrong.rb");
  EXPECT_EQ(one.at("line"), 2);
  EXPECT_EQ(one.at("column"), 3);
  EXPECT_EQ(one.at("rule"), "call.undefined-method");
  EXPECT_EQ(all.at("stats").at("files"), 1);
  EXPECT_EQ(all["stats"].at("diagnostics").at("call.undefined-method"), 1);
  EXPECT_GT(all["stats"].at("peak_rss_bytes"), 0);
  EXPECT_GT(all["stats"].at("signatures").at("methods"), 1000);
  EXPECT_FALSE(json::parse(analyzer(folder, "check --format=json wrong.rb").out).contains("stats"));
}

TEST(AnalyzerCli, SaysWhatTheCheckCostAndWhatTheSignaturesSkip) {
  const TemporaryFolder folder;
  folder.write("a.rb", "1\n");
  const Ran ran = analyzer(folder, "check --stats a.rb");
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, IsEmpty()) << "statistics must not mix with diagnostics";
  for (const char* line : {"files        1", "pool         sequential", "cache        0 hits", "skipped",
                           "peak rss", "diagnostics  0"}) {
    EXPECT_THAT(ran.err, HasSubstr(line));
  }
}

TEST(AnalyzerCli, TakesTheWorkersFromFlagThenEnvironmentThenConfiguration) {
  const TemporaryFolder folder;
  write_many(folder);
  folder.write(".analyzer.json", "{\"workers\": 3, \"pool\": \"threads\"}");
  const auto pool_line = [&](const std::string& flags, const std::string& environment) {
    const Ran ran = analyzer(folder, "check --stats " + flags + " many", environment);
    EXPECT_EQ(ran.code, 1) << ran.err;
    const std::size_t begin = ran.err.find("pool ");
    return ran.err.substr(begin, ran.err.find('\n', begin) - begin);
  };
  EXPECT_THAT(pool_line("", ""), EndsWith("threads, 3 workers"));
  EXPECT_THAT(pool_line("", "ANALYZER_WORKERS=4"), EndsWith("threads, 4 workers"));
  EXPECT_THAT(pool_line("", "ANALYZER_WORKERS="), EndsWith("threads, 3 workers"));
  EXPECT_THAT(pool_line("--workers=2", "ANALYZER_WORKERS=4"), EndsWith("threads, 2 workers"));
  EXPECT_THAT(pool_line("--pool=fork", "ANALYZER_WORKERS=4"), EndsWith("fork, 4 workers"));
  EXPECT_THAT(pool_line("--workers=-5", "ANALYZER_WORKERS=4"), EndsWith("sequential, 0 workers"));
  EXPECT_THAT(pool_line("", "ANALYZER_WORKERS=-1"), EndsWith("sequential, 0 workers"));
  const Ran word = analyzer(folder, "check many", "ANALYZER_WORKERS=two");
  EXPECT_EQ(word.code, 2);
  EXPECT_THAT(word.err, HasSubstr("ANALYZER_WORKERS: 'two' is not a number of workers"));
}

TEST(AnalyzerCli, NamesTheLineOfAMistakeInTheConfiguration) {
  const TemporaryFolder folder;
  folder.write("a.rb", "1\n");
  const auto message = [&](const std::string& text) {
    folder.write("own.json", text);
    const Ran ran = analyzer(folder, "check --config=own.json a.rb");
    EXPECT_EQ(ran.code, 2) << text;
    return ran.err;
  };
  EXPECT_THAT(message("{\n \"workers\": 1,\n oops\n}"), HasSubstr("own.json:3: this is not JSON"));
  EXPECT_THAT(message("{\n \"workers\": 1,\n \"pol\": \"fork\"}"),
              HasSubstr("own.json:3: unknown key 'pol': did you mean 'pool'?"));
  EXPECT_THAT(message("{\n\n \"workers\": \"2\"}"),
              HasSubstr("own.json:3: 'workers' must be a whole number"));
  EXPECT_THAT(message("{\n \"pool\": \"forks\"}"),
              HasSubstr("own.json:2: 'pool': unknown pool 'forks': did you mean 'fork'?"));
  EXPECT_THAT(message("[]"), HasSubstr("must be a JSON object"));
  EXPECT_THAT(message(""), HasSubstr("own.json:1: this is not JSON"));
  EXPECT_EQ(analyzer(folder, "check --config=absent.json a.rb").code, 2);
}

TEST(AnalyzerCli, WarnsOnceWhenThePoolCannotRun) {
  const TemporaryFolder folder;
  write_many(folder);
  const Ran sequential = analyzer(folder, "check many");
  const Ran ran = analyzer(folder, "check --no-cache --pool=isolates --workers=2 many");
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, sequential.out);
  EXPECT_THAT(ran.err, StartsWith("analyzer: pool-degraded: isolates need the cache"));
  EXPECT_EQ(ran.err.find("pool-degraded"), ran.err.rfind("pool-degraded"));
}

TEST(AnalyzerCli, KeepsClearsAndCountsTheCache) {
  const TemporaryFolder folder;
  write_many(folder);
  const auto cache_line = [&](const std::string& flags) {
    const Ran ran = analyzer(folder, "check --stats " + flags + " many");
    const std::size_t begin = ran.err.find("cache  ");
    return ran.err.substr(begin, ran.err.find('\n', begin) - begin);
  };
  EXPECT_THAT(cache_line("--cache-dir=own"),
              HasSubstr(" 0 hits (0 in memory), 12 misses (0 damaged), 12 writes"));
  EXPECT_THAT(cache_line("--cache-dir=own"), HasSubstr(" 12 hits (0 in memory), 0 misses"));
  EXPECT_THAT(cache_line("--no-cache"), HasSubstr(" 0 hits (0 in memory), 0 misses"));
  EXPECT_THAT(analyzer(folder, "check --cache-dir=own --cache-stats").err, HasSubstr("cache: 12 entries"));
  const Ran cleared = analyzer(folder, "check --cache-dir=own --clear-cache --cache-stats");
  EXPECT_EQ(cleared.code, 0);
  EXPECT_THAT(cleared.err, HasSubstr("cache: removed 12 entries"));
  EXPECT_THAT(cleared.err, HasSubstr("cache: 0 entries"));
  EXPECT_THAT(cache_line("--cache-dir=own"), HasSubstr(" 12 misses"));
}

TEST(AnalyzerCli, TakesDamagedAndForeignEntriesForMisses) {
  const TemporaryFolder folder;
  write_many(folder);
  const Ran first = analyzer(folder, "check --cache-dir=own many");
  int damaged = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.file("own"))) {
    if (!entry.is_regular_file() || entry.path().filename().native().size() != 62) continue;
    const std::string path = entry.path();
    if (damaged % 3 == 0) std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
    if (damaged % 3 == 1) std::ofstream(path, std::ios::binary) << "something else";
    if (damaged % 3 == 2) std::ofstream(path, std::ios::binary | std::ios::trunc).flush();
    ++damaged;
  }
  EXPECT_EQ(damaged, 12);
  const Ran second = analyzer(folder, "check --stats --cache-dir=own many");
  EXPECT_EQ(second.out, first.out);
  EXPECT_EQ(second.code, 1);
  EXPECT_THAT(second.err, HasSubstr("12 misses (12 damaged), 12 writes"));
  folder.write("photos/me.jpg", "not a cache");
  const Ran foreign = analyzer(folder, "check --cache-dir=photos many");
  EXPECT_EQ(foreign.code, 2);
  EXPECT_THAT(foreign.err, HasSubstr("'photos' holds other files"));
}

TEST(AnalyzerCli, ChecksOddFilesWithoutFailing) {
  const TemporaryFolder folder;
  std::string garbage;
  for (int i = 0; i < 40000; ++i) garbage += static_cast<char>((i * 7919) >> (i % 5));
  folder.write("odd/garbage.rb", garbage);
  folder.write("odd/empty.rb", "");
  folder.write("odd/no_newline.rb", "1.nope");
  folder.write("odd/caf\xe9.rb", "2.nope\n");
  folder.write("odd/bom.rb",
               "\xef\xbb\xbf"
               "3.upto(4) { }\n");
  const Ran text = analyzer(folder, "check odd");
  EXPECT_EQ(text.code, 1);
  EXPECT_THAT(text.out, HasSubstr("odd/no_newline.rb:1:3: "));
  EXPECT_THAT(text.out, HasSubstr("odd/caf\xe9.rb:1:3: ")) << "the path as it is, byte by byte";
  EXPECT_THAT(text.out, HasSubstr("odd/garbage.rb:"));
  EXPECT_THAT(text.out, Not(HasSubstr("odd/empty.rb")));
  EXPECT_THAT(text.out, Not(HasSubstr("odd/bom.rb")));
  const json all = json::parse(analyzer(folder, "check --format=json odd").out);
  EXPECT_EQ(all.at("diagnostics").size(), 3U);
}

TEST(AnalyzerCli, RefusesALinkThatLeadsNowhereAndReadsFoldersThatAreNamedLikeFiles) {
  const TemporaryFolder folder;
  write_many(folder);
  ASSERT_EQ(::symlink("loop.rb", folder.file("many/loop.rb").c_str()), 0);
  const Ran ran = analyzer(folder, "check many/f0.rb many many/loop.rb");
  EXPECT_EQ(ran.code, 2) << "a path that was named and cannot be followed is a wrong request";
  ASSERT_EQ(::mkdir(folder.file("many/folder.rb").c_str(), 0700), 0);
  folder.write("many/folder.rb/inner.rb", "1\n");
  EXPECT_EQ(analyzer(folder, "check many").code, 1);
}

TEST(AnalyzerCli, SaysOfAFileThatItMayNotBeRead) {
  const TemporaryFolder folder;
  folder.write("wrong.rb", "1.nope\n");
  ASSERT_EQ(::chmod(folder.write("secret.rb", "1.nope\n").c_str(), 0), 0);
  // Root reads everything unless it is told not to.
  const std::string without_rights =
      ::geteuid() == 0
          ? "setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-dac_override,-dac_read_search"
          : "";
  for (const std::string pool : {"sequential", "threads", "fork"}) {
    const Ran ran =
        analyzer(folder, "check --workers=2 --pool=" + pool + " secret.rb wrong.rb", without_rights);
    EXPECT_EQ(ran.code, 1) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("secret.rb:1:1: error: cannot open 'secret.rb': Permission denied"));
    EXPECT_THAT(ran.out, HasSubstr("wrong.rb:1:3: error: undefined method 'nope'"))
        << "the others are checked";
  }
}

/// `analyzer check --pool=fork` over `many`, whose first forked worker is killed as soon as it is seen.
Ran check_with_a_killed_worker(const TemporaryFolder& folder) {
  const std::string out = folder.file(".out");
  const std::string err = folder.file(".err");
  const pid_t analyzer_pid = ::fork();
  if (analyzer_pid == 0) {
    if (::chdir(folder.path().c_str()) != 0 || std::freopen(out.c_str(), "w", stdout) == nullptr ||
        std::freopen(err.c_str(), "w", stderr) == nullptr) {
      ::_exit(99);
    }
    ::execl(REPRO_TEST_BUILD_DIR "/bin/analyzer", "analyzer", "check", "--no-cache", "--workers=2",
            "--pool=fork", "many", nullptr);
    ::_exit(98);
  }
  const std::string children =
      "/proc/" + std::to_string(analyzer_pid) + "/task/" + std::to_string(analyzer_pid) + "/children";
  int status = 0;
  bool is_killed = false;
  while (::waitpid(analyzer_pid, &status, WNOHANG) == 0) {
    pid_t worker = 0;
    if (!is_killed && std::ifstream(children) >> worker) is_killed = ::kill(worker, SIGKILL) == 0;
  }
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), read_file(out).value(),
          read_file(err).value()};
}

TEST(AnalyzerCli, WorksOutAgainWhatAKilledWorkerHad) {
  const TemporaryFolder folder;
  write_many(folder, 400);
  const Ran sequential = analyzer(folder, "check --no-cache --pool=sequential many");
  ASSERT_EQ(sequential.code, 1);
  // Now and then the worker has delivered everything before the signal reaches it, and then nothing is lost.
  bool has_lost_one = false;
  for (int attempt = 0; attempt < 40 && !has_lost_one; ++attempt) {
    const Ran ran = check_with_a_killed_worker(folder);
    EXPECT_EQ(ran.code, 1);
    ASSERT_EQ(ran.out, sequential.out);
    has_lost_one = ran.err.find("worker-died: a forked worker was killed by signal 9") != std::string::npos;
  }
  EXPECT_TRUE(has_lost_one);
}

TEST(AnalyzerCli, SharesOneCacheFolderBetweenProcesses) {
  const TemporaryFolder folder;
  write_many(folder, 60);
  const Ran expected = analyzer(folder, "check --no-cache many");
  const std::string one = "'" REPRO_TEST_BUILD_DIR "/bin/analyzer' check --cache-dir=shared many";
  std::string script = "cd '" + folder.path() + "'\n";
  for (int i = 0; i < 6; ++i) {
    script += one + (i % 2 == 0 ? " --workers=2" : "") + " >out" + std::to_string(i) + " 2>&1 &\n";
  }
  const std::string path = folder.write("run.sh", script + "wait\n");
  ASSERT_EQ(std::system(("sh '" + path + "'").c_str()), 0);
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(read_file(folder.file("out" + std::to_string(i))).value(), expected.out) << i;
  }
  EXPECT_THAT(analyzer(folder, "check --cache-dir=shared --cache-stats").err, HasSubstr("cache: 60 entries"));
}

}  // namespace
}  // namespace analyzer
