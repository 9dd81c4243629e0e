#include "analyzer/infer/libraries.h"

#include <algorithm>
#include <array>

namespace analyzer::infer {
namespace {

// The first path segment of what `require` takes, from the standard library of Ruby 3.1 and its bundled gems.
constexpr std::array<std::string_view, 116> kStandardLibraries = {"English",
                                                                  "abbrev",
                                                                  "base64",
                                                                  "benchmark",
                                                                  "bigdecimal",
                                                                  "bundler",
                                                                  "cgi",
                                                                  "continuation",
                                                                  "coverage",
                                                                  "csv",
                                                                  "date",
                                                                  "date_core",
                                                                  "dbm",
                                                                  "debug",
                                                                  "delegate",
                                                                  "did_you_mean",
                                                                  "digest",
                                                                  "drb",
                                                                  "enumerator",
                                                                  "erb",
                                                                  "error_highlight",
                                                                  "etc",
                                                                  "expect",
                                                                  "fcntl",
                                                                  "fiber",
                                                                  "fiddle",
                                                                  "fileutils",
                                                                  "find",
                                                                  "forwardable",
                                                                  "gdbm",
                                                                  "getoptlong",
                                                                  "io",
                                                                  "ipaddr",
                                                                  "irb",
                                                                  "json",
                                                                  "kconv",
                                                                  "logger",
                                                                  "matrix",
                                                                  "minitest",
                                                                  "mkmf",
                                                                  "monitor",
                                                                  "mutex_m",
                                                                  "net",
                                                                  "nkf",
                                                                  "objspace",
                                                                  "observer",
                                                                  "open-uri",
                                                                  "open3",
                                                                  "openssl",
                                                                  "optparse",
                                                                  "ostruct",
                                                                  "pathname",
                                                                  "pp",
                                                                  "prettyprint",
                                                                  "prime",
                                                                  "profile",
                                                                  "profiler",
                                                                  "pstore",
                                                                  "psych",
                                                                  "pty",
                                                                  "racc",
                                                                  "rake",
                                                                  "random",
                                                                  "rational",
                                                                  "rbconfig",
                                                                  "rbs",
                                                                  "rdoc",
                                                                  "readline",
                                                                  "reline",
                                                                  "resolv",
                                                                  "rexml",
                                                                  "rinda",
                                                                  "ripper",
                                                                  "rss",
                                                                  "rubygems",
                                                                  "scanf",
                                                                  "sdbm",
                                                                  "securerandom",
                                                                  "set",
                                                                  "shellwords",
                                                                  "singleton",
                                                                  "socket",
                                                                  "stringio",
                                                                  "strscan",
                                                                  "syslog",
                                                                  "tempfile",
                                                                  "test",
                                                                  "thread",
                                                                  "thwait",
                                                                  "time",
                                                                  "timeout",
                                                                  "tmpdir",
                                                                  "tracer",
                                                                  "tsort",
                                                                  "typeprof",
                                                                  "un",
                                                                  "unicode_normalize",
                                                                  "uri",
                                                                  "ubygems",
                                                                  "weakref",
                                                                  "webrick",
                                                                  "win32",
                                                                  "win32ole",
                                                                  "xmlrpc",
                                                                  "yaml",
                                                                  "zlib",
                                                                  "power_assert",
                                                                  "complex",
                                                                  "jcode",
                                                                  "mathn",
                                                                  "sync",
                                                                  "e2mmap",
                                                                  "cmath",
                                                                  "shell",
                                                                  "ruby2_keywords",
                                                                  "steep"};

constexpr std::array<std::string_view, 58> kNativeConstants = {
    "ARGF",          "BasicSocket", "BigDecimal",   "BigMath",     "CGI",
    "Continuation",  "Coverage",    "DBM",          "DBMError",    "Date",
    "DateTime",      "DidYouMean",  "Digest",       "ERB",         "Etc",
    "Fcntl",         "Fiddle",      "GDBM",         "IPSocket",    "IRB",
    "JSON",          "Kconv",       "MonitorMixin", "Monitor",     "NKF",
    "ObjectSpace",   "OpenSSL",     "PTY",          "Pathname",    "Psych",
    "Racc",          "Random",      "RbConfig",     "Readline",    "Ripper",
    "SDBM",          "SDBMError",   "Socket",       "SocketError", "StringIO",
    "StringScanner", "Syslog",      "TCPServer",    "TCPSocket",   "UDPSocket",
    "UNIXServer",    "UNIXSocket",  "WIN32OLE",     "Win32",       "YAML",
    "Zlib",          "SOCKSSocket", "Addrinfo",     "GDBMError",   "GDBMFatalError",
    "RubyVM",        "RBS",         "TracePoint"};

template <std::size_t N>
std::array<std::string_view, N> sorted(std::array<std::string_view, N> words) {
  std::sort(words.begin(), words.end());
  return words;
}

}  // namespace

bool is_standard_library(std::string_view name) {
  static const auto kSorted = sorted(kStandardLibraries);
  return std::binary_search(kSorted.begin(), kSorted.end(), name.substr(0, name.find('/')));
}

bool is_native_constant(std::string_view name) {
  static const auto kSorted = sorted(kNativeConstants);
  return std::binary_search(kSorted.begin(), kSorted.end(), name);
}

}  // namespace analyzer::infer
