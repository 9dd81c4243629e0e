#include "harness/cli/options.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "harness/base/text.h"

namespace repro::cli {
namespace {

struct Binding {
  const OptionSpec* spec;
  CLI::Option* option;
};

/// Usage first, one blank line between parts, and without CLI11's type names and defaults, which say nothing
/// here.
class HelpFormatter final : public CLI::Formatter {
 public:
  [[nodiscard]] std::string make_help(const CLI::App* app, std::string /*name*/,
                                      CLI::AppFormatMode mode) const override {
    std::string text = "Usage: " + app->get_name() + "\n\n" + app->get_description() + "\n" +
                       make_groups(app, mode) + "\n" + app->get_footer();
    for (std::size_t at = text.find("\n\n\n"); at != std::string::npos; at = text.find("\n\n\n", at)) {
      text.erase(at, 1);
    }
    return text;
  }
};

std::vector<std::string> option_names(const VerbSpec& verb) {
  std::vector<std::string> names{"--help"};
  for (const OptionSpec& spec : verb.options) names.push_back(fmt::format("--{}", spec.name));
  return names;
}

/// CLI11 knows that something was not expected; which option was meant is for us to say.
Unexpected explain_extras(const VerbSpec& verb, const std::vector<std::string>& extras) {
  const std::string& first = extras.front();
  if (first.starts_with('-')) {
    const std::string name = first.substr(0, first.find('='));
    return fail(ErrorKind::usage, fmt::format("unknown option '{}'{}; see repro {} --help", printable(name),
                                              suggestion(name, option_names(verb)), verb.name));
  }
  const char* hint = verb.takes_command ? "; write a command after --" : "";
  return fail(ErrorKind::usage, fmt::format("unexpected argument '{}'{}", printable(first), hint));
}

CLI::Option* bind(CLI::App& app, const OptionSpec& spec) {
  const std::string flag = fmt::format("--{}", spec.name);
  const std::string help(spec.help);
  CLI::Option* option = nullptr;
  if (spec.kind == OptionKind::flag) {
    option = app.add_flag(flag, help);
  } else {
    option = app.add_option(flag, help)->type_name(std::string(spec.placeholder));
    option->type_size(1)->allow_extra_args(false);
    if (spec.kind == OptionKind::value) {
      option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
    } else {
      option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
  }
  return option->group(std::string(spec.group));
}

}  // namespace

std::vector<std::string> split_value(const OptionSpec& spec, const std::string& text) {
  if (spec.kind != OptionKind::list) return {text};
  std::vector<std::string> items;
  for (const std::string_view item : split(text, ',')) items.emplace_back(trim(item));
  return items;
}

bool ParsedOptions::has(std::string_view name) const { return entries_.find(name) != entries_.end(); }

bool ParsedOptions::flag(std::string_view name) const {
  const std::optional<std::string> text = value(name);
  return text && !text->empty() && *text != "0" && *text != "no" && *text != "false";
}

std::optional<std::string> ParsedOptions::value(std::string_view name) const {
  const auto entry = entries_.find(name);
  if (entry == entries_.end()) return std::nullopt;
  return entry->second.values.front();
}

std::vector<std::string> ParsedOptions::list(std::string_view name) const {
  const auto entry = entries_.find(name);
  return entry == entries_.end() ? std::vector<std::string>() : entry->second.values;
}

std::string ParsedOptions::origin(std::string_view name) const {
  const auto entry = entries_.find(name);
  return entry == entries_.end() ? fmt::format("--{}", name) : entry->second.origin;
}

template <class T>
static Result<std::optional<T>> read_as(const ParsedOptions& options, std::string_view name,
                                        Result<T> (*read)(std::string_view)) {
  const std::optional<std::string> text = options.value(name);
  if (!text) return std::optional<T>();
  Result<T> value = read(*text);
  if (!value) return Unexpected(std::move(value).error().with_context(options.origin(name)));
  return std::optional<T>(*std::move(value));
}

Result<std::optional<std::uint64_t>> ParsedOptions::number(std::string_view name) const {
  return read_as<std::uint64_t>(*this, name, parse_unsigned);
}

Result<std::optional<std::chrono::nanoseconds>> ParsedOptions::duration(std::string_view name) const {
  return read_as<std::chrono::nanoseconds>(*this, name, parse_duration);
}

Result<std::optional<std::uint64_t>> ParsedOptions::size(std::string_view name) const {
  return read_as<std::uint64_t>(*this, name, parse_size);
}

Result<std::optional<double>> ParsedOptions::share(std::string_view name) const {
  return read_as<double>(*this, name, [](std::string_view text) { return parse_share(text); });
}

void ParsedOptions::set(std::string_view name, std::vector<std::string> values, std::string origin) {
  entries_[std::string(name)] = Entry{std::move(values), std::move(origin)};
}

Result<std::optional<ParsedOptions>> parse_options(const VerbSpec& verb,
                                                   std::span<const std::string> arguments) {
  ParsedOptions parsed;
  std::vector<std::string> words(arguments.begin(), arguments.end());
  if (const auto dashes = std::find(words.begin(), words.end(), "--"); dashes != words.end()) {
    parsed.has_command = true;
    parsed.command.assign(dashes + 1, words.end());
    words.erase(dashes, words.end());
  }

  CLI::App app(std::string(verb.description), std::string(verb.usage));
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag("-h,--help", "print this help and exit");
  app.footer(fmt::format("Examples:\n{}", verb.examples));
  app.get_formatter()->column_width(34);
  app.allow_extras();
  std::vector<Binding> bindings;
  for (const OptionSpec& spec : verb.options) bindings.push_back({&spec, bind(app, spec)});

  try {
    std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
    app.parse(words);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return std::optional<ParsedOptions>();
  } catch (const CLI::ParseError& error) {
    return fail(ErrorKind::usage, fmt::format("{}; see repro {} --help", printable(error.what()), verb.name));
  }

  std::vector<std::string> extras = app.remaining();
  while (!extras.empty() && !verb.positional.empty() &&
         (extras.front() == "-" || !extras.front().starts_with('-')) &&
         parsed.positionals.size() < verb.most_positionals) {
    parsed.positionals.push_back(extras.front());
    extras.erase(extras.begin());
  }
  if (!parsed.positionals.empty()) parsed.positional = parsed.positionals.front();
  if (!extras.empty()) return explain_extras(verb, extras);
  if (parsed.has_command && !verb.takes_command) {
    return fail(ErrorKind::usage, fmt::format("repro {} takes no command", verb.name));
  }
  for (const Binding& binding : bindings) {
    if (binding.option->count() == 0) continue;
    std::vector<std::string> values;
    for (const std::string& text : binding.option->results()) {
      for (std::string& value : split_value(*binding.spec, text)) values.push_back(std::move(value));
    }
    parsed.set(binding.spec->name, std::move(values), fmt::format("--{}", binding.spec->name));
  }
  return std::optional(std::move(parsed));
}

}  // namespace repro::cli
