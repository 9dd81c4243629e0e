// Fibres over fewer kernel threads, under each sanitizer, with more or less said to it about them. The page
// beside this file has the table of who sees what.

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>

#include "scenarios/mn-scheduler/workloads.h"
#include <CLI/CLI.hpp>

namespace {

enum class Work { canary, locked, exceptions, isolates, defective_isolates };

int run(Work work, mn::Annotation annotation, std::uint32_t workers) {
  switch (work) {
    case Work::canary:
      return mn::run_canary(annotation, workers);
    case Work::locked:
      return mn::run_locked(annotation, workers);
    case Work::exceptions:
      return mn::run_exceptions(annotation, workers);
    case Work::isolates:
      return mn::run_isolates(annotation, workers, false);
    case Work::defective_isolates:
      return mn::run_isolates(annotation, workers, true);
  }
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, Work> works{{"canary", Work::canary},
                                          {"locked", Work::locked},
                                          {"exceptions", Work::exceptions},
                                          {"isolates", Work::isolates},
                                          {"defective-isolates", Work::defective_isolates}};
  const std::map<std::string, mn::Annotation> annotations{{"none", mn::Annotation::none},
                                                          {"announced", mn::Annotation::announced},
                                                          {"exact", mn::Annotation::exact}};
  CLI::App app{"Fibres over kernel threads"};
  Work work = Work::isolates;
  mn::Annotation annotation = mn::Annotation::none;
  std::uint32_t workers = 2;
  app.add_option("--work", work, "canary, locked, exceptions, isolates or defective-isolates")
      ->transform(CLI::CheckedTransformer(works));
  app.add_option("--annotation", annotation, "what the sanitizer is told: none, announced or exact")
      ->transform(CLI::CheckedTransformer(annotations));
  app.add_option("--workers", workers, "kernel threads")->check(CLI::Range(1, 64));
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "mn-scheduler: %s\n", error.what());
    return 2;
  }
  return run(work, annotation, workers);
}
