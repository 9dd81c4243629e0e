#include "analyzer/infer/libraries.h"

#include <utility>

#include "analyzer/base/words.h"

namespace analyzer::infer {
namespace {

// The first path segment of what `require` takes, from the standard library of Ruby 3.1 and its bundled gems.
constexpr std::string_view kStandardLibraries =
    "English abbrev base64 benchmark bigdecimal bundler cgi cmath complex continuation coverage csv date "
    "date_core dbm debug delegate did_you_mean digest drb e2mmap enumerator erb error_highlight etc "
    "expect fcntl fiber fiddle fileutils find forwardable gdbm getoptlong io ipaddr irb jcode json kconv "
    "logger mathn matrix minitest mkmf monitor mutex_m net nkf objspace observer open-uri open3 openssl "
    "optparse ostruct pathname power_assert pp prettyprint prime profile profiler pstore psych pty racc "
    "rake random rational rbconfig rbs rdoc readline reline resolv rexml rinda ripper rss ruby2_keywords "
    "rubygems scanf sdbm securerandom set shell shellwords singleton socket steep stringio strscan sync "
    "syslog tempfile test thread thwait time timeout tmpdir tracer tsort typeprof ubygems un "
    "unicode_normalize uri weakref webrick win32 win32ole xmlrpc yaml zlib";

// What native extensions define, in Ruby 3.1 and its bundled gems.
constexpr std::string_view kNativeConstants =
    "ARGF Addrinfo BasicSocket BigDecimal BigMath CGI Continuation Coverage DBM DBMError Date DateTime "
    "Digest Etc Fcntl Fiddle GDBM GDBMError GDBMFatalError IPSocket JSON Kconv Monitor NKF ObjectSpace "
    "OpenSSL PTY Pathname Psych RBS Racc Random RbConfig Readline Ripper RubyVM SDBM SDBMError SOCKSSocket "
    "Socket SocketError StringIO StringScanner Syslog TCPServer TCPSocket TracePoint UDPSocket UNIXServer "
    "UNIXSocket WIN32OLE Win32 Zlib";

// Libraries in Ruby alone that programs reopen, where the feature is not the constant in lower case.
constexpr std::pair<std::string_view, std::string_view> kFeatures[] = {
    {"Delegator", "delegate"},    {"DidYouMean", "did_you_mean"},
    {"Gem", "rubygems"},          {"MiniTest", "minitest"},
    {"MonitorMixin", "monitor"},  {"Net", "net/protocol"},
    {"Observable", "observer"},   {"OpenStruct", "ostruct"},
    {"OptionParser", "optparse"}, {"REXML", "rexml/rexml"},
    {"Rinda", "rinda/rinda"},     {"SimpleDelegator", "delegate"},
    {"Test", "test/unit"},        {"XMLRPC", "xmlrpc"}};

constexpr std::string_view kReopenedConstants =
    "Abbrev Base64 Benchmark Bundler CSV DRb ERB English FileUtils Find Forwardable GetoptLong IPAddr IRB "
    "Logger "
    "Matrix Minitest Open3 PP PStore PrettyPrint Prime RDoc Reline RSS Rake Resolv SecureRandom Set "
    "Shellwords Singleton "
    "TSort Tempfile Timeout URI WEBrick WeakRef YAML";

}  // namespace

bool is_standard_library(std::string_view name) {
  static const WordSet kWords(kStandardLibraries);
  return kWords.contains(name.substr(0, name.find('/')));
}

bool is_native_constant(std::string_view name) {
  static const WordSet kWords(kNativeConstants);
  return kWords.contains(name);
}

std::optional<std::string> library_of_constant(std::string_view name) {
  static const WordSet kWords(kReopenedConstants);
  for (const auto& [constant, feature] : kFeatures) {
    if (constant == name) return std::string(feature);
  }
  if (!kWords.contains(name)) return std::nullopt;
  std::string feature(name);
  for (char& c : feature) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return feature;
}

}  // namespace analyzer::infer
