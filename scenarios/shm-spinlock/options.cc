#include "scenarios/shm-spinlock/options.h"

#include <array>
#include <charconv>
#include <string_view>
#include <system_error>

namespace shm_spinlock {
namespace {

std::string variant_names() {
  std::string names;
  for (const Variant& variant : all_variants()) {
    if (!names.empty()) names += ", ";
    names += variant.name;
  }
  return names;
}

bool read_number(std::string_view text, unsigned low, unsigned high, unsigned& number) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high) return false;
  number = value;
  return true;
}

struct NumberOption {
  std::string_view name;
  unsigned low;
  unsigned high;
  unsigned Options::*field;
};

constexpr std::array<NumberOption, 3> kNumberOptions{{
    {"--workers", 1, kMaximumWorkers, &Options::workers},
    {"--readers", 1, 8, &Options::readers},
    {"--rounds", 1, 1000000, &Options::rounds},
}};

}  // namespace

std::optional<Options> parse_options(std::span<const std::string> arguments, std::string& problem) {
  Options options{};
  std::optional<Variant> variant;
  const auto wrong = [&](std::string text) {
    problem = std::move(text);
    return std::nullopt;
  };
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    std::string name = argument.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : argument.substr(equals + 1);
    if (name == "--variant") {
      variant = find_variant(value);
      if (!variant) return wrong("unknown variant '" + value + "'; known: " + variant_names());
      continue;
    }
    const NumberOption* known = nullptr;
    for (const NumberOption& option : kNumberOptions) {
      if (option.name == name) known = &option;
    }
    if (known == nullptr) return wrong("unknown option '" + argument + "'; see --help");
    if (!read_number(value, known->low, known->high, options.*(known->field))) {
      return wrong(name.append(" needs a whole number from ")
                       .append(std::to_string(known->low))
                       .append(" to ")
                       .append(std::to_string(known->high))
                       .append(", not '" + value + "'"));
    }
  }
  if (!variant) return wrong("--variant=NAME is missing; known: " + variant_names());
  options.variant = *variant;
  if (options.workers <= deaths(options.variant.disaster)) {
    return wrong("variant " + std::string(options.variant.name) + " needs more than " +
                 std::to_string(deaths(options.variant.disaster)) + " workers, so that somebody survives");
  }
  return options;
}

std::string usage() {
  return "usage: shm-spinlock --variant=NAME [--workers=N] [--readers=N] [--rounds=N]\n"
         "variants: " +
         variant_names() +
         "\n"
         "  --workers=N  processes that share the cache, each with one writing thread (3)\n"
         "  --readers=N  reading threads of each process (1)\n"
         "  --rounds=N   documents that each survivor must still write, and times that each of its\n"
         "               readers must read every entry (20)\n"
         "exit codes: 0 all work done, 1 wrong result, 2 usage, 3 the disaster could not be brought about\n";
}

}  // namespace shm_spinlock
