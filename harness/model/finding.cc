#include "harness/model/finding.h"

namespace repro {

std::string_view to_string(FindingSource source) {
  switch (source) {
    case FindingSource::address_sanitizer:
      return "asan";
    case FindingSource::hwaddress_sanitizer:
      return "hwasan";
    case FindingSource::thread_sanitizer:
      return "tsan";
    case FindingSource::undefined_sanitizer:
      return "ubsan";
    case FindingSource::leak_sanitizer:
      return "lsan";
    case FindingSource::memory_sanitizer:
      return "msan";
    case FindingSource::gwp_asan:
      return "gwp-asan";
    case FindingSource::fuzzer:
      return "libfuzzer";
    case FindingSource::valgrind:
      return "valgrind";
    case FindingSource::glibc:
      return "glibc";
    case FindingSource::cxx_runtime:
      return "c++";
    case FindingSource::assertion:
      return "assert";
    case FindingSource::ruby:
      return "ruby";
    case FindingSource::go:
      return "go";
    case FindingSource::rust:
      return "rust";
    case FindingSource::jvm:
      return "jvm";
    case FindingSource::python:
      return "python";
    case FindingSource::javascript:
      return "javascript";
    case FindingSource::signal:
      return "signal";
    case FindingSource::hang:
      return "hang";
    case FindingSource::oracle:
      return "oracle";
    case FindingSource::harness:
      return "harness";
    case FindingSource::unrecognised:
      return "unrecognised";
  }
  return "unrecognised";
}

std::optional<FindingSource> parse_finding_source(std::string_view text) {
  for (const FindingSource source : kFindingSources) {
    if (to_string(source) == text) return source;
  }
  return std::nullopt;
}

std::string_view to_string(StackRole role) {
  switch (role) {
    case StackRole::access:
      return "access";
    case StackRole::previous_access:
      return "previous-access";
    case StackRole::freed:
      return "freed";
    case StackRole::allocated:
      return "allocated";
    case StackRole::thread_created:
      return "thread-created";
    case StackRole::mutex_acquired:
      return "mutex-acquired";
    case StackRole::mutex_created:
      return "mutex-created";
    case StackRole::other:
      return "other";
  }
  return "other";
}

}  // namespace repro
