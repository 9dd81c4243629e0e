#include "analyzer/rules/core_extensions.h"

#include <algorithm>
#include <array>

namespace analyzer::rules {
namespace {

// From the libraries of Ruby 3.1 (in brackets): json, yaml, set, bigdecimal, date and time, pp, shellwords,
// kconv, prime, io/console, io/wait, io/nonblock, expect, pathname, uri, digest, openssl, socket, objspace,
// rake, racc, and so on.
constexpr std::array<std::string_view, 100> kNames = {"abbrev",
                                                      "beep",
                                                      "check_winsize_changed",
                                                      "clear_screen",
                                                      "closed?",
                                                      "console_mode",
                                                      "console_mode=",
                                                      "cooked",
                                                      "cooked!",
                                                      "cursor",
                                                      "cursor=",
                                                      "cursor_down",
                                                      "cursor_left",
                                                      "cursor_right",
                                                      "cursor_up",
                                                      "echo=",
                                                      "echo?",
                                                      "erase_line",
                                                      "erase_screen",
                                                      "expect",
                                                      "ext",
                                                      "from_prime_division",
                                                      "each_prime",
                                                      "getch",
                                                      "getpass",
                                                      "goto",
                                                      "goto_column",
                                                      "httpdate",
                                                      "iflush",
                                                      "ioflush",
                                                      "is_days",
                                                      "isjis",
                                                      "iseuc",
                                                      "issjis",
                                                      "isutf8",
                                                      "iso8601",
                                                      "json_create",
                                                      "kconv",
                                                      "memsize_of",
                                                      "memsize_of_all",
                                                      "nonblock",
                                                      "nonblock=",
                                                      "nonblock?",
                                                      "noecho",
                                                      "nread",
                                                      "oflush",
                                                      "parse",
                                                      "pathmap",
                                                      "pathmap_explode",
                                                      "pathmap_partial",
                                                      "pathmap_replace",
                                                      "pp",
                                                      "pressed?",
                                                      "pretty_inspect",
                                                      "pretty_print",
                                                      "pretty_print_cycle",
                                                      "pretty_print_inspect",
                                                      "pretty_print_instance_variables",
                                                      "prime?",
                                                      "prime_division",
                                                      "proceed",
                                                      "raw",
                                                      "raw!",
                                                      "ready?",
                                                      "rfc2822",
                                                      "rfc822",
                                                      "rss",
                                                      "scanf",
                                                      "block_scanf",
                                                      "scroll_backward",
                                                      "scroll_forward",
                                                      "shellescape",
                                                      "shelljoin",
                                                      "shellsplit",
                                                      "strptime",
                                                      "to_bn",
                                                      "to_d",
                                                      "to_date",
                                                      "to_datetime",
                                                      "to_der",
                                                      "to_digits",
                                                      "to_euc",
                                                      "to_json",
                                                      "to_jis",
                                                      "to_json_raw",
                                                      "to_json_raw_object",
                                                      "to_matrix",
                                                      "to_set",
                                                      "to_sjis",
                                                      "to_time",
                                                      "to_yaml",
                                                      "to_yaml_properties",
                                                      "toeuc",
                                                      "tojis",
                                                      "tosjis",
                                                      "toutf16",
                                                      "toutf8",
                                                      "wait",
                                                      "wait_readable",
                                                      "wait_writable"};

constexpr std::array<std::string_view, 8> kMoreNames = {"winsize",     "winsize=",      "xmlschema",
                                                        "yaml_as",     "psych_to_yaml", "wait_priority",
                                                        "encode_with", "init_with"};

template <std::size_t N>
std::array<std::string_view, N> sorted(std::array<std::string_view, N> words) {
  std::sort(words.begin(), words.end());
  return words;
}

}  // namespace

bool is_core_extension(std::string_view method) {
  static const auto kSorted = sorted(kNames);
  return std::binary_search(kSorted.begin(), kSorted.end(), method) ||
         std::find(kMoreNames.begin(), kMoreNames.end(), method) != kMoreNames.end();
}

}  // namespace analyzer::rules
