// A runtime that reloads its entry module ten times while it answers requests, and the promise that nobody
// protects. README.md tells the story; read runtime.cc first, then heap.h.

#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>
#include <string_view>

#include "scenarios/hot-reload-promise/runtime.h"

namespace hot_reload {
namespace {

struct Variant {
  std::string_view name;
  std::string_view summary;
  Store store;
  LocalGuard guard;
};

constexpr Variant kVariants[] = {
    {"unprotected", "only preload() protects the promise that it stores", Store::bare, LocalGuard::yes},
    {"protected", "the repair: one setter, and a guard for the local", Store::setter, LocalGuard::yes},
    {"unbalanced", "the setter, and a path that unprotects once more", Store::setter_twice, LocalGuard::yes},
    {"no-local-guard", "the setter in place of the guard in preload()", Store::setter, LocalGuard::no},
};

constexpr unsigned kReloads = 10;
constexpr int kUsage = 2;

struct Options {
  const Variant* variant = nullptr;
  /// The collectors of JavaScript engines let megabytes pass before they look; few runs allocate that much.
  std::size_t bytes_between_collections = std::size_t{1024} * 1024;
  bool are_invariants_checked = true;
};

void print_usage() {
  std::printf(
      "hot-reload-promise --variant=NAME [--collect=BYTES|always] [--oracle=invariants|crash]\n\n"
      "  --collect  bytes allocated between two collections (%zu); always: at every tick\n"
      "  --oracle   invariants: count what must never be so, end with 1 if it was (default)\n"
      "             crash: only what goes wrong by itself\n\nvariants\n",
      Options{}.bytes_between_collections);
  for (const Variant& variant : kVariants) {
    std::printf("  %-16s %s\n", variant.name.data(), variant.summary.data());
  }
}

const Variant* find_variant(std::string_view name) {
  for (const Variant& variant : kVariants) {
    if (variant.name == name) return &variant;
  }
  return nullptr;
}

bool read_collect(std::string_view value, std::size_t& bytes) {
  if (value == "always") {
    bytes = 0;
    return true;
  }
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), bytes);
  return error == std::errc() && end == value.data() + value.size() && bytes > 0;
}

bool read_option(std::string_view argument, Options& options) {
  const std::size_t equals = argument.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view name = argument.substr(0, equals);
  const std::string_view value = argument.substr(equals + 1);
  if (name == "--variant") {
    options.variant = find_variant(value);
    return options.variant != nullptr;
  }
  if (name == "--collect") return read_collect(value, options.bytes_between_collections);
  if (name == "--oracle" && (value == "invariants" || value == "crash")) {
    options.are_invariants_checked = value == "invariants";
    return true;
  }
  return false;
}

std::optional<Options> parse_options(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    if (!read_option(arguments[i], options)) {
      std::fprintf(stderr, "hot-reload-promise: wrong argument '%s'; see --help\n", arguments[i]);
      return std::nullopt;
    }
  }
  if (options.variant == nullptr) {
    std::fprintf(stderr, "hot-reload-promise: --variant=NAME is missing; see --help\n");
    return std::nullopt;
  }
  return options;
}

int run(const Options& options, const void* stack_base) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // what was found is told, whatever happens afterwards
  Heap heap(stack_base, options.bytes_between_collections);
  Invariants invariants(options.are_invariants_checked);
  ModuleLoader loader(heap);
  Editor editor(kReloads);
  // As in a real runtime the object lives on the heap of the C++ program. On the stack the collector would
  // find its field by scanning, and the bug would be gone.
  const auto runtime = std::make_unique<Runtime>(heap, loader, editor, invariants, options.variant->store,
                                                 options.variant->guard);
  runtime->preload();
  runtime->start();
  while (runtime->reloads_settled() < kReloads) runtime->tick();
  runtime->close();
  std::printf("%u reloads, %u answers, %u collections, %u errors reported, %u violations\n",
              runtime->reloads_settled(), runtime->answers(), heap.collections(), runtime->errors_reported(),
              invariants.violations());
  return invariants.violations() == 0 && runtime->errors_reported() == 1 ? 0 : 1;
}

}  // namespace
}  // namespace hot_reload

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    hot_reload::print_usage();
    return 0;
  }
  const std::optional<hot_reload::Options> options = hot_reload::parse_options(argc, argv);
  if (!options) return hot_reload::kUsage;
  return hot_reload::run(*options, __builtin_frame_address(0));
}
