#include "analyzer/infer/libraries.h"

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

// What native extensions define, and what other libraries most often reopen.
constexpr std::string_view kNativeConstants =
    "ARGF Abbrev Addrinfo Base64 BasicSocket Benchmark BigDecimal BigMath CGI CSV Continuation Coverage "
    "DBM DBMError DRb Date DateTime Delegator DidYouMean Digest ERB English Etc Fcntl Fiddle FileUtils "
    "Find Forwardable GDBM GDBMError GDBMFatalError GetoptLong IPAddr IPSocket IRB JSON Kconv Logger "
    "Matrix MiniTest Minitest Monitor MonitorMixin NKF Net ObjectSpace Observable Open3 OpenSSL "
    "OpenStruct OptionParser PP PStore PTY Pathname PrettyPrint Prime Psych RBS REXML RSS Racc Rake "
    "Random RbConfig Readline Resolv Rinda Ripper RubyVM SDBM SDBMError SOCKSSocket SecureRandom Set "
    "Shellwords SimpleDelegator Singleton Socket SocketError StringIO StringScanner Syslog TCPServer "
    "TCPSocket TSort Tempfile Test Timeout TracePoint UDPSocket UNIXServer UNIXSocket URI WEBrick "
    "WIN32OLE WeakRef Win32 XMLRPC YAML Zlib";

}  // namespace

bool is_standard_library(std::string_view name) {
  static const WordSet kWords(kStandardLibraries);
  return kWords.contains(name.substr(0, name.find('/')));
}

bool is_native_constant(std::string_view name) {
  static const WordSet kWords(kNativeConstants);
  return kWords.contains(name);
}

}  // namespace analyzer::infer
