#include "scenarios/actor-runtime/command_line.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace actor_runtime {
namespace {

std::string variant_names(const CommandLine& line) {
  std::string names;
  for (const std::string_view name : line.variants) names.append(names.empty() ? "" : ", ").append(name);
  return names;
}

[[noreturn]] void print_usage(const CommandLine& line) {
  std::string text = "usage: " + std::string(line.program) + " --variant=NAME";
  for (const NumberOption& option : line.options) text.append(" [").append(option.name).append("=N]");
  text += "\nvariants: " + variant_names(line) + "\n";
  for (const NumberOption& option : line.options) {
    text.append("  ").append(option.name).append("=N  ").append(option.help);
    text += " (" + std::to_string(option.default_value) + ")\n";
  }
  text += "exit codes: 0 all work done, 1 wrong result, 2 usage, 3 the system refused something\n";
  std::fputs(text.c_str(), stdout);
  std::exit(0);
}

[[noreturn]] void refuse(const CommandLine& line, const std::string& problem) {
  std::fprintf(stderr, "%s: %s\n", std::string(line.program).c_str(), problem.c_str());
  std::exit(2);
}

unsigned read_number(const CommandLine& line, const NumberOption& option, std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < option.low || value > option.high) {
    refuse(line, std::string(option.name) + " needs a whole number from " + std::to_string(option.low) +
                     " to " + std::to_string(option.high) + ", not '" + std::string(text) + "'");
  }
  return value;
}

void read_argument(const CommandLine& line, std::string_view argument, Arguments& arguments) {
  const std::size_t equals = argument.find('=');
  const std::string_view name = argument.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? "" : argument.substr(equals + 1);
  if (name == "--variant") {
    arguments.variant = value;
    if (std::find(line.variants.begin(), line.variants.end(), value) == line.variants.end()) {
      refuse(line, "unknown variant '" + arguments.variant + "'; known: " + variant_names(line));
    }
    return;
  }
  const auto option = std::find_if(line.options.begin(), line.options.end(),
                                   [&](const NumberOption& known) { return known.name == name; });
  if (option == line.options.end()) {
    refuse(line, "unknown option '" + std::string(argument) + "'; see --help");
  }
  arguments.numbers[option->name] = read_number(line, *option, value);
}

}  // namespace

Arguments read_command_line(const CommandLine& line, int argc, const char* const* argv) {
  Arguments arguments;
  for (const NumberOption& option : line.options) arguments.numbers[option.name] = option.default_value;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--help") print_usage(line);
    read_argument(line, argv[i], arguments);
  }
  if (arguments.variant.empty()) refuse(line, "--variant=NAME is missing; known: " + variant_names(line));
  return arguments;
}

}  // namespace actor_runtime
