#include "harness/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/base/text.h"

namespace repro::cli {

TerminalTraits inspect_terminal(int fd, const std::map<std::string, std::string>& environment) {
  const auto value = [&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  };
  TerminalTraits traits;
  const bool is_tty = ::isatty(fd) == 1;
  traits.is_terminal = is_tty && value("TERM") != "dumb" && !value("TERM").empty();
  const bool is_forced = !value("CLICOLOR_FORCE").empty() && value("CLICOLOR_FORCE") != "0";
  traits.has_color = value("NO_COLOR").empty() && (traits.is_terminal || is_forced);
  if (!is_tty) return traits;
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) traits.width = size.ws_col;
  if (const Result<std::uint64_t> columns = parse_unsigned(value("COLUMNS")); columns && *columns > 0) {
    traits.width = *columns;
  }
  if (traits.width == 0) traits.width = 80;
  return traits;
}

report::TerminalStyle output_style(const std::map<std::string, std::string>& environment) {
  const TerminalTraits terminal = inspect_terminal(STDOUT_FILENO, environment);
  return {terminal.has_color ? report::Color::yes : report::Color::no, terminal.width};
}

}  // namespace repro::cli
