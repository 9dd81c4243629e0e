#include "analyzer/plugins/unused_private.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "analyzer/base/bytes.h"

namespace analyzer::plugins {

Result<void> UnusedPrivate::prepare(std::string_view configuration) {
  const nlohmann::json json = nlohmann::json::parse(configuration, nullptr, false);
  if (!json.is_object()) return fail(ErrorKind::usage, "the configuration must be an object");
  // Ruby itself calls these.
  ignored_ = {"initialize",     "initialize_copy",     "initialize_dup", "initialize_clone",
              "method_missing", "respond_to_missing?", "inherited",      "included",
              "extended",       "prepended",           "method_added"};
  for (const auto& [key, value] : json.items()) {
    if (key != "ignore" || !value.is_array()) {
      return fail(ErrorKind::usage, "expected only 'ignore', a list of words, and found '" + key + "'");
    }
    for (const nlohmann::json& name : value) {
      if (!name.is_string()) return fail(ErrorKind::usage, "'ignore' must be a list of words");
      ignored_.insert(name.get<std::string>());
    }
  }
  return {};
}

void UnusedPrivate::inspect(std::uint32_t index, const infer::FileUnit& unit, std::vector<Diagnostic>&) {
  for (const infer::MethodDecl& method : unit.methods) {
    const std::string& name = unit.names[method.name];
    // Methods at the top of a file are private too, but they are a script's or everybody's.
    const bool is_counted = (method.flags & infer::kMethodPrivate) != 0 && method.scope != 0;
    if (!is_counted || ignored_.contains(name)) continue;
    defined_[name].insert({index, method.place.row + 1, method.place.column + 1});
  }
  for (const infer::Mention& mention : unit.mentions) mentioned_.insert(unit.names[mention.name]);
}

std::string UnusedPrivate::state() const {
  ByteWriter writer;
  writer.number(static_cast<std::uint32_t>(defined_.size()));
  for (const auto& [name, places] : defined_) {
    writer.text(name);
    writer.array(std::vector<Definition>(places.begin(), places.end()));
  }
  writer.number(static_cast<std::uint32_t>(mentioned_.size()));
  for (const std::string& name : mentioned_) writer.text(name);
  return std::move(writer).take();
}

void UnusedPrivate::merge(std::string_view state) {
  ByteReader reader(state);
  const auto names = reader.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < names && reader.ok(); ++i) {
    const std::string name(reader.text());
    for (const Definition& place : reader.array<Definition>()) defined_[name].insert(place);
  }
  const auto mentions = reader.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < mentions && reader.ok(); ++i) mentioned_.emplace(reader.text());
}

std::vector<FileDiagnostics> UnusedPrivate::conclude() {
  std::map<std::uint32_t, std::vector<Diagnostic>> by_file;
  for (const auto& [name, places] : defined_) {
    if (mentioned_.contains(name)) continue;
    for (const Definition& place : places) {
      by_file[place.index].push_back({place.line, place.column, Severity::warning, "plugin.unused-private",
                                      "private method '" + name + "' is not mentioned anywhere"});
    }
  }
  std::vector<FileDiagnostics> all;
  all.reserve(by_file.size());
  for (auto& [index, diagnostics] : by_file) all.push_back({index, std::move(diagnostics)});
  return all;
}

}  // namespace analyzer::plugins
