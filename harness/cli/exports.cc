#include "harness/cli/exports.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/report/markdown.h"

namespace repro::cli {

Result<void> check_writable(const std::string& origin, const std::string& path) {
  if (path == "-") return {};
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error) || ::access(folder.c_str(), W_OK) != 0) {
    return fail(ErrorKind::usage,
                fmt::format("{}: '{}' is not a folder that can be written to", origin, folder));
  }
  if (std::filesystem::is_directory(path, error)) {
    return fail(ErrorKind::usage, fmt::format("{}: '{}' is a folder; name a file", origin, path));
  }
  return {};
}

Result<void> write_through_file(const std::string& path,
                                const std::function<Result<void>(std::ostream&)>& write) {
  if (path == "-") return write(std::cout);
  const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
  const auto give_up = [&](Error error) {
    ::unlink(temporary.c_str());
    return Unexpected(std::move(error).with_context(fmt::format("cannot write '{}'", path)));
  };
  {
    errno = 0;
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    if (Result<void> written = write(out); !written) return give_up(std::move(written).error());
    out.flush();
    if (!out)
      return give_up({ErrorKind::usage, std::generic_category().message(errno == 0 ? EIO : errno), errno});
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    return give_up({ErrorKind::usage, std::generic_category().message(errno), errno});
  }
  return {};
}

Result<std::vector<Export>> read_exports(const ParsedOptions& options) {
  std::vector<Export> exports;
  for (const auto& [name, format] : kDocumentFormats) {
    const std::string option = fmt::format("export-{}", name);
    const std::optional<std::string> path = options.value(option);
    if (!path) continue;
    REPRO_TRY(check_writable(options.origin(option), *path));
    exports.push_back({format, *path});
  }
  return exports;
}

Result<void> write_exports(const std::vector<Export>& exports, const CampaignSummary& summary,
                           const store::Store& store) {
  for (const Export& target : exports) {
    REPRO_TRY(write_through_file(
        target.path, [&](std::ostream& out) { return write_document(out, target.format, summary, store); }));
  }
  return {};
}

Result<void> add_step_summary(const std::map<std::string, std::string>& environment,
                              const CampaignSummary& summary) {
  const auto file = environment.find("GITHUB_STEP_SUMMARY");
  if (file == environment.end() || file->second.empty()) return {};
  errno = 0;
  std::ofstream out(file->second, std::ios::binary | std::ios::app);
  out << "## repro: " << (summary.request.scenario.empty() ? "campaign" : summary.request.scenario) << "\n\n";
  report::write_markdown(out, summary);
  out << '\n';
  out.flush();
  if (out) return {};
  return fail_errno(ErrorKind::usage, fmt::format("GITHUB_STEP_SUMMARY: cannot write '{}'", file->second),
                    errno == 0 ? EIO : errno);
}

}  // namespace repro::cli
