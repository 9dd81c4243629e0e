#include "harness/schedule/trace_reader.h"

#include <cstring>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/unique_fd.h"
#include "harness/schedule/preload/noise/report.h"
#include "harness/schedule/protocol.h"
#include "tests/support/tool.h"

namespace repro::schedule {
namespace {

/// The file as a subject maps it.
class Writer {
 public:
  explicit Writer(const std::string& path) : fd_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {
    memory_ = ::mmap(nullptr, sizeof(Trace), PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { ::munmap(memory_, sizeof(Trace)); }
  Trace& trace() { return *static_cast<Trace*>(memory_); }

 private:
  UniqueFd fd_;
  void* memory_;
};

void write_example(Trace& trace) {
  trace.header.magic = kTraceMagic;
  trace.header.version = kProtocolVersion;
  trace.header.seed = 42;
  trace.header.end = RunEnd::deadlock;
  trace.header.steps = 17;
  trace.header.switches = 3;
  trace.header.threads = 2;
  trace.header.modules = 1;
  trace.header.deviations = 1;
  trace.header.waits = 1;
  std::strcpy(static_cast<char*>(trace.modules[0].path), "/bin/subject");
  trace.modules[0].build_id_bytes = 2;
  trace.modules[0].build_id[0] = 0xab;
  trace.deviations[0] = {1, 0, 5, 1, Operation::mutex_lock, ObjectKind::mutex, 3, {0, 0, 0x1234}, 11};
  trace.waits[0].thread = 1;
  trace.waits[0].operation = Operation::mutex_lock;
  trace.waits[0].holder = 0;
  trace.waits[0].taken_at = {7, 0, 0x99};  // a module that is not in the table
}

TEST(TraceFile, ReadsWhatASubjectWrote) {
  const test::TemporaryFolder folder;
  Result<TraceFile> file = TraceFile::create(folder.file("trace"));
  ASSERT_TRUE(file);
  Writer writer(file->path());
  write_example(writer.trace());
  const ScheduleRecord record = file->read();
  EXPECT_EQ(record.end, ScheduleEnd::deadlock);
  EXPECT_EQ(record.seed, 42U);
  EXPECT_EQ(record.counts.decisions, 17U);
  ASSERT_EQ(record.modules.size(), 1U);
  EXPECT_EQ(record.modules[0].path, "/bin/subject");
  EXPECT_EQ(record.modules[0].build_id, "ab00");
  ASSERT_EQ(record.switches.size(), 1U);
  EXPECT_EQ(record.switches[0].operation, "mutex_lock");
  EXPECT_EQ(record.switches[0].object, "mutex 3");
  EXPECT_EQ(record.switches[0].site.module, 0U);
  EXPECT_TRUE(record.switches[0].is_preemptive);
  ASSERT_EQ(record.waits.size(), 1U);
  EXPECT_EQ(record.waits[0].holder, 0U);
  EXPECT_FALSE(record.waits[0].taken_at.module) << "no index outside of the table";
}

TEST(TraceFile, IsEmptyAgainAfterItWasCleared) {
  const test::TemporaryFolder folder;
  Result<TraceFile> file = TraceFile::create(folder.file("trace"));
  ASSERT_TRUE(file);
  {
    Writer writer(file->path());
    write_example(writer.trace());
  }
  ASSERT_TRUE(file->clear());
  EXPECT_EQ(file->read(), ScheduleRecord());
  EXPECT_EQ(file->read().end, ScheduleEnd::not_loaded);
}

TEST(TraceFile, SurvivesCountsBeyondItsTablesAndAFileThatWasCut) {
  const test::TemporaryFolder folder;
  Result<TraceFile> file = TraceFile::create(folder.file("trace"));
  ASSERT_TRUE(file);
  {
    Writer writer(file->path());
    write_example(writer.trace());
    writer.trace().header.modules = 0xffffffff;
    writer.trace().header.threads = 0xffffffff;
    std::memset(static_cast<char*>(writer.trace().modules[0].path), 'x', sizeof(ModuleEntry::path));
  }
  const ScheduleRecord record = file->read();
  EXPECT_EQ(record.modules.size(), kMaxModules);
  EXPECT_EQ(record.modules[0].path.size(), sizeof(ModuleEntry::path));
  EXPECT_EQ(record.threads.size(), kMaxThreads);
  ASSERT_EQ(::truncate(file->path().c_str(), 100), 0);
  EXPECT_EQ(file->read().end, ScheduleEnd::not_loaded);
}

TEST(NoiseReport, SaysThatTheLibraryWasNeverLoaded) {
  EXPECT_EQ(read_noise_report(empty_noise_report()).end, ScheduleEnd::not_loaded);
  EXPECT_EQ(read_noise_report("").end, ScheduleEnd::not_loaded);
  noise::NoiseReport report;
  report.processes = 1;
  report.delays = 7;
  std::string bytes(sizeof report, '\0');
  std::memcpy(bytes.data(), &report, sizeof report);
  EXPECT_EQ(read_noise_report(bytes).counts.actions, 7U);
  EXPECT_EQ(read_noise_report(bytes).end, ScheduleEnd::exited);
}

TEST(Plan, OrdersTheEntriesOfEachThread) {
  std::vector<ScheduleSwitch> switches(3);
  switches[0].thread = 2;
  switches[0].event = 1;
  switches[1].thread = 1;
  switches[1].event = 9;
  switches[2].thread = 1;
  switches[2].event = 4;
  const std::string bytes = encode_plan(switches);
  ASSERT_EQ(bytes.size(), sizeof(PlanHeader) + 3 * sizeof(Deviation));
  PlanHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  EXPECT_EQ(header.magic, kPlanMagic);
  EXPECT_EQ(header.deviations, 3U);
  std::uint64_t expected[] = {4, 9, 1};
  for (std::size_t i = 0; i < 3; ++i) {
    Deviation entry;
    std::memcpy(&entry, bytes.data() + sizeof header + i * sizeof entry, sizeof entry);
    EXPECT_EQ(entry.event, expected[i]);
  }
}

}  // namespace
}  // namespace repro::schedule
