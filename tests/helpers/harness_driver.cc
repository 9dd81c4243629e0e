// A small harness: runs ARG... under a Supervisor for ever.
#include <cstdio>
#include <string>

#include <unistd.h>

#include "harness/process/supervisor.h"

int main(int argc, char** argv) {
  auto supervisor = repro::process::Supervisor::create({});
  if (!supervisor) return 1;
  repro::process::RunSpec spec;
  spec.argv.assign(argv + 1, argv + argc);
  for (char** entry = environ; *entry != nullptr; ++entry) spec.environment.emplace_back(*entry);
  const auto result = (*supervisor)->run(spec);
  return result ? 0 : 1;
}
