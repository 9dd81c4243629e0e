// A compiler for a tiny language that answers 0 where 211 is right. README.md tells the story; read lower.cc
// first.

#include <cstdio>
#include <exception>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "scenarios/unwrap-in-loop/dump.h"
#include "scenarios/unwrap-in-loop/interpreter.h"
#include "scenarios/unwrap-in-loop/lower.h"
#include "scenarios/unwrap-in-loop/programs.h"
#include "scenarios/unwrap-in-loop/syntax.h"

namespace unwrap_in_loop {
namespace {

struct Variant {
  std::string_view name;
  std::string_view summary;
  Unwrap unwrap;
  Constants constants;
};

constexpr Variant kVariants[] = {
    {"macro-match", "postfix unwrap is a macro that expands to a match", Unwrap::macro_match,
     Constants::hoisted},
    {"fresh-temp", "failed repair: the macro copies its argument into a fresh variable", Unwrap::fresh_temp,
     Constants::hoisted},
    {"no-hoist", "failed repair: constants stay where they are written", Unwrap::macro_match,
     Constants::in_place},
    {"intrinsic", "the repair: postfix unwrap is a node of the language", Unwrap::intrinsic,
     Constants::hoisted},
};

struct Options {
  Variant variant = kVariants[0];
  std::string source = all_programs()[0].source;
  DumpColumns columns;
};

constexpr int kOk = 0;
constexpr int kUsage = 2;
constexpr int kPanicked = 3;

void print_usage() {
  std::printf(
      "unwrap-in-loop --variant=NAME [--program=NAME | --source=FILE] [--dump=ast|ir|ast,ir]\n\nvariants\n");
  for (const Variant& variant : kVariants) {
    std::printf("  %-16s %s\n", variant.name.data(), variant.summary.data());
  }
  std::printf("\nprograms; each is right when it prints %ld\n", kRightAnswer);
  for (const NamedProgram& program : all_programs()) {
    std::printf("  %-16s %s\n", program.name.data(), program.summary.data());
  }
}

template <typename List>
const auto& named(const List& list, std::string_view name, const char* what) {
  for (const auto& item : list) {
    if (item.name == name) return item;
  }
  throw std::invalid_argument(std::string("unknown ") + what + " '" + std::string(name) + "'; see --help");
}

std::string text_of_file(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::invalid_argument("cannot read '" + path + "'");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

DumpColumns columns_of(std::string_view value) {
  if (value == "ast") return {.ast = true};
  if (value == "ir") return {.ir = true};
  if (value == "ast,ir") return {.ast = true, .ir = true};
  throw std::invalid_argument("--dump is ast, ir or ast,ir, not '" + std::string(value) + "'");
}

Options parse_options(int count, char** arguments) {
  Options options;
  bool has_variant = false;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : argument.substr(equals + 1);
    if (name == "--variant") {
      options.variant = named(kVariants, value, "variant");
      has_variant = true;
    } else if (name == "--program") {
      options.source = named(all_programs(), value, "program").source;
    } else if (name == "--source") {
      options.source = text_of_file(value);
    } else if (name == "--dump") {
      options.columns = columns_of(value);
    } else {
      throw std::invalid_argument("unknown option '" + argument + "'; see --help");
    }
  }
  if (!has_variant) throw std::invalid_argument("--variant=NAME is missing; see --help");
  return options;
}

/// Compiles and runs. The program's answer is all that goes to standard output; whoever runs it knows whether
/// it is right.
int run(const Options& options) {
  const Program program = parse_program(options.source, options.variant.unwrap);
  const Function function = lower(program, options.variant.unwrap, options.variant.constants);
  if (options.columns.ast || options.columns.ir) {
    std::fputs(dump(program, function, options.variant.unwrap, options.columns).c_str(), stdout);
    return kOk;
  }
  const std::optional<std::int64_t> answer = interpret(function);
  if (!answer) {
    std::fprintf(stderr, "unwrap-in-loop: the program panicked: unwrap of None\n");
    return kPanicked;
  }
  std::printf("%lld\n", static_cast<long long>(*answer));
  return kOk;
}

}  // namespace
}  // namespace unwrap_in_loop

int main(int argc, char** argv) {
  try {
    if (argc == 2 && std::string_view(argv[1]) == "--help") {
      unwrap_in_loop::print_usage();
      return unwrap_in_loop::kOk;
    }
    return unwrap_in_loop::run(unwrap_in_loop::parse_options(argc, argv));
  } catch (const std::exception& error) {  // a wrong command line, or a wrong program
    std::fprintf(stderr, "unwrap-in-loop: %s\n", error.what());
    return unwrap_in_loop::kUsage;
  }
}
