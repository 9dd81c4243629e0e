#include "analyzer/rules/core_extensions.h"

#include "analyzer/base/words.h"

namespace analyzer::rules {
namespace {

// Added by libraries of Ruby 3.1: json, yaml, set, bigdecimal, date and time, pp, shellwords, kconv, prime,
// io/console, io/wait, io/nonblock, expect, pathname, uri, openssl, objspace, rake and rss.
constexpr std::string_view kNames =
    "abbrev block_scanf check_winsize_changed clear_screen closed? console_mode console_mode= cooked "
    "cooked! cursor cursor= cursor_down cursor_left cursor_right cursor_up each_prime echo= echo? "
    "encode_with erase_line erase_screen expect ext from_prime_division getch getpass goto goto_column "
    "httpdate iflush init_with ioflush iseuc isjis iso8601 issjis isutf8 json_create kconv memsize_of "
    "memsize_of_all noecho nonblock nonblock= nonblock? nread oflush parse pathmap pathmap_explode "
    "pathmap_partial pathmap_replace pp pressed? pretty_inspect pretty_print pretty_print_cycle "
    "pretty_print_inspect pretty_print_instance_variables prime? prime_division proceed psych_to_yaml raw "
    "raw! ready? rfc2822 rfc822 rss scanf scroll_backward scroll_forward shellescape shelljoin shellsplit "
    "strptime to_bn to_d to_date to_datetime to_der to_digits to_euc to_jis to_json to_json_raw "
    "to_json_raw_object to_matrix to_set to_sjis to_time to_yaml to_yaml_properties toeuc tojis tosjis "
    "toutf16 toutf8 wait wait_priority wait_readable wait_writable winsize winsize= xmlschema yaml_as";

}  // namespace

bool is_core_extension(std::string_view method) {
  static const WordSet kWords(kNames);
  return kWords.contains(method);
}

}  // namespace analyzer::rules
