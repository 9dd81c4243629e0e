#include "analyzer/rules/core_extensions.h"

#include <algorithm>
#include <string>

#include "analyzer/base/words.h"

namespace analyzer::rules {
namespace {

// The output of rules/list_core_extensions.rb for Ruby 3.1.2 and rbs 2.1.0.
constexpr std::string_view kLeftOut =
    "Array#abbrev Array#pretty_print Array#pretty_print_cycle Array#shelljoin Array#to_csv Array#to_json "
    "Class#json_creatable? Complex#marshal_dump Complex#to_d Complex.convert Dir.exists? Dir.mktmpdir "
    "Dir.tmpdir Encoding.locale_charmap Encoding::Converter#convert Encoding::Converter#convpath "
    "Encoding::Converter#destination_encoding Encoding::Converter#finish "
    "Encoding::Converter#insert_output Encoding::Converter#last_error "
    "Encoding::Converter#primitive_convert Encoding::Converter#primitive_errinfo "
    "Encoding::Converter#putback Encoding::Converter#replacement Encoding::Converter#replacement= "
    "Encoding::Converter#source_encoding Encoding::Converter.asciicompat_encoding "
    "Encoding::Converter.search_convpath Encoding::InvalidByteSequenceError#destination_encoding "
    "Encoding::InvalidByteSequenceError#destination_encoding_name "
    "Encoding::InvalidByteSequenceError#error_bytes Encoding::InvalidByteSequenceError#incomplete_input? "
    "Encoding::InvalidByteSequenceError#readagain_bytes "
    "Encoding::InvalidByteSequenceError#source_encoding "
    "Encoding::InvalidByteSequenceError#source_encoding_name "
    "Encoding::UndefinedConversionError#destination_encoding "
    "Encoding::UndefinedConversionError#destination_encoding_name "
    "Encoding::UndefinedConversionError#error_char Encoding::UndefinedConversionError#source_encoding "
    "Encoding::UndefinedConversionError#source_encoding_name Enumerable#to_set Enumerator#+ "
    "Enumerator.produce Enumerator::Lazy#eager Exception#as_json Exception#respond_to_missing? "
    "Exception#to_json Exception.json_create FalseClass#pretty_print FalseClass#pretty_print_cycle "
    "FalseClass#to_json Fiber#alive? Fiber#backtrace Fiber#backtrace_locations Fiber#blocking? "
    "Fiber#transfer Fiber.blocking? Fiber.current Fiber.current_scheduler Fiber.schedule Fiber.scheduler "
    "Fiber.set_scheduler File.exists? File::Stat#pretty_print FileTest#exists? FileTest.exists? "
    "Float#to_d Float#to_json GC.auto_compact GC.auto_compact= GC.latest_compact_info "
    "GC.measure_total_time GC.measure_total_time= GC.using_rvargc? Hash#pretty_print "
    "Hash#pretty_print_cycle Hash#to_json Hash.ruby2_keywords_hash Hash.ruby2_keywords_hash? IO#beep "
    "IO#check_winsize_changed IO#clear_screen IO#console_mode IO#console_mode= IO#cooked IO#cooked! "
    "IO#cursor IO#cursor= IO#cursor_down IO#cursor_left IO#cursor_right IO#cursor_up IO#echo= IO#echo? "
    "IO#erase_line IO#erase_screen IO#expect IO#external_encoding IO#getch IO#getpass IO#goto "
    "IO#goto_column IO#iflush IO#ioflush IO#noecho IO#nonblock IO#nonblock= IO#nonblock? IO#oflush "
    "IO#pathconf IO#pread IO#pressed? IO#pwrite IO#raw IO#raw! IO#scroll_backward IO#scroll_forward "
    "IO#wait_priority IO#winsize IO#winsize= IO.console IO.console_size IO.default_console_size "
    "IO.foreach IO.pipe Integer#to_bn Integer#to_d Integer#to_json Kernel#!~ Kernel#<=> Kernel#=== "
    "Kernel#=~ Kernel#BigDecimal Kernel#JSON Kernel#Pathname Kernel#URI Kernel#` Kernel#callcc "
    "Kernel#clone Kernel#define_singleton_method Kernel#display Kernel#dup Kernel#enum_for Kernel#eql? "
    "Kernel#extend Kernel#freeze Kernel#frozen? Kernel#hash Kernel#initialize_clone Kernel#initialize_dup "
    "Kernel#inspect Kernel#instance_of? Kernel#instance_variable_defined? Kernel#instance_variable_get "
    "Kernel#instance_variable_set Kernel#instance_variables Kernel#is_a? Kernel#iterator? Kernel#itself "
    "Kernel#j Kernel#jj Kernel#kind_of? Kernel#method Kernel#methods Kernel#nil? Kernel#object_id "
    "Kernel#pretty_inspect Kernel#private_methods Kernel#protected_methods Kernel#public_method "
    "Kernel#public_methods Kernel#public_send Kernel#remove_instance_variable Kernel#respond_to? "
    "Kernel#respond_to_missing? Kernel#send Kernel#set_trace_func Kernel#singleton_class "
    "Kernel#singleton_method Kernel#singleton_methods Kernel#taint Kernel#tainted? Kernel#tap Kernel#then "
    "Kernel#to_enum Kernel#to_s Kernel#trace_var Kernel#trap Kernel#trust Kernel#untaint "
    "Kernel#untrace_var Kernel#untrust Kernel#untrusted? Kernel#yield_self Kernel.BigDecimal "
    "Kernel.Pathname Kernel.URI Kernel.` Kernel.callcc Kernel.iterator? Kernel.set_trace_func "
    "Kernel.trace_var Kernel.trap Kernel.untrace_var KeyError#corrections KeyError#original_message "
    "KeyError#spell_checker LoadError#corrections LoadError#original_message LoadError#spell_checker "
    "MatchData#pretty_print Module#deprecate_constant Module#initialize_clone Module#method_undefined "
    "Module#pretty_print Module#pretty_print_cycle Module#ruby2_keywords NameError#corrections "
    "NameError#original_message NameError#spell_checker NilClass#pretty_print_cycle NilClass#to_d "
    "NilClass#to_json Numeric#pretty_print Numeric#pretty_print_cycle Object#CSV Object#DelegateClass "
    "Object#Digest Object#chmod Object#colorize Object#cp Object#declared Object#help Object#httpd "
    "Object#install Object#left_out Object#ln Object#mkdir Object#mkmf Object#mv Object#pretty_print "
    "Object#pretty_print_cycle Object#pretty_print_inspect Object#pretty_print_instance_variables "
    "Object#rm Object#rmdir Object#setup Object#to_json Object#to_yaml Object#touch Object#wait_writable "
    "Object.yaml_tag ObjectSpace#allocation_class_path ObjectSpace#allocation_generation "
    "ObjectSpace#allocation_method_id ObjectSpace#allocation_sourcefile ObjectSpace#allocation_sourceline "
    "ObjectSpace#count_imemo_objects ObjectSpace#count_nodes ObjectSpace#count_objects_size "
    "ObjectSpace#count_symbols ObjectSpace#count_tdata_objects ObjectSpace#dump ObjectSpace#dump_all "
    "ObjectSpace#internal_class_of ObjectSpace#internal_super_of ObjectSpace#memsize_of "
    "ObjectSpace#memsize_of_all ObjectSpace#reachable_objects_from "
    "ObjectSpace#reachable_objects_from_root ObjectSpace#trace_object_allocations "
    "ObjectSpace#trace_object_allocations_clear ObjectSpace#trace_object_allocations_debug_start "
    "ObjectSpace#trace_object_allocations_start ObjectSpace#trace_object_allocations_stop "
    "ObjectSpace.allocation_class_path ObjectSpace.allocation_generation ObjectSpace.allocation_method_id "
    "ObjectSpace.allocation_sourcefile ObjectSpace.allocation_sourceline ObjectSpace.count_imemo_objects "
    "ObjectSpace.count_nodes ObjectSpace.count_objects_size ObjectSpace.count_symbols "
    "ObjectSpace.count_tdata_objects ObjectSpace.dump ObjectSpace.dump_all ObjectSpace.internal_class_of "
    "ObjectSpace.internal_super_of ObjectSpace.memsize_of ObjectSpace.memsize_of_all "
    "ObjectSpace.reachable_objects_from ObjectSpace.reachable_objects_from_root "
    "ObjectSpace.trace_object_allocations ObjectSpace.trace_object_allocations_clear "
    "ObjectSpace.trace_object_allocations_debug_start ObjectSpace.trace_object_allocations_start "
    "ObjectSpace.trace_object_allocations_stop Proc#<< Proc#>> Proc#ruby2_keywords Proc#yield "
    "Process#setpgrp Process.last_status Process.setpgrp Process::Status.wait Process::Sys#getegid "
    "Process::Sys.getegid Process::Tms#cstime Process::Tms#cstime= Process::Tms#cutime "
    "Process::Tms#cutime= Process::Tms#stime Process::Tms#stime= Process::Tms#utime Process::Tms#utime= "
    "Process::Tms.[] Random#left Random#marshal_dump Random#marshal_load Random#state Random.left "
    "Random.state Random.urandom Random::Formatter#alphanumeric Random::Formatter#choose "
    "Random::Formatter#gen_random Range#% Range#as_json Range#pretty_print Range#to_json "
    "Range.json_create Rational#marshal_dump Rational#to_d Rational.convert Regexp#as_json Regexp#to_json "
    "Regexp.json_create RubyVM.keep_script_lines RubyVM.keep_script_lines= RubyVM.stat "
    "RubyVM::InstructionSequence#absolute_path RubyVM::InstructionSequence#base_label "
    "RubyVM::InstructionSequence#disasm RubyVM::InstructionSequence#disassemble "
    "RubyVM::InstructionSequence#each_child RubyVM::InstructionSequence#first_lineno "
    "RubyVM::InstructionSequence#label RubyVM::InstructionSequence#path "
    "RubyVM::InstructionSequence#script_lines RubyVM::InstructionSequence#to_a "
    "RubyVM::InstructionSequence#to_binary RubyVM::InstructionSequence#trace_points "
    "RubyVM::InstructionSequence.compile RubyVM::InstructionSequence.compile_file "
    "RubyVM::InstructionSequence.compile_option RubyVM::InstructionSequence.compile_option= "
    "RubyVM::InstructionSequence.disasm RubyVM::InstructionSequence.disassemble "
    "RubyVM::InstructionSequence.load_from_binary RubyVM::InstructionSequence.load_from_binary_extra_data "
    "RubyVM::InstructionSequence.of String#iseuc String#isjis String#issjis String#isutf8 String#kconv "
    "String#parse_csv String#pretty_print String#shellescape String#shellsplit String#to_d String#to_json "
    "String#to_json_raw String#to_json_raw_object String#toeuc String#tojis String#tolocale String#tosjis "
    "String#toutf16 String#toutf32 String#toutf8 Struct#[] Struct#[]= Struct#as_json Struct#deconstruct "
    "Struct#deconstruct_keys Struct#dig Struct#each_pair Struct#length Struct#pretty_print "
    "Struct#pretty_print_cycle Struct#size Struct#to_json Struct#values Struct#values_at "
    "Struct.json_create Symbol#as_json Symbol#name Symbol#pretty_print_cycle Symbol#to_json "
    "Symbol.json_create Thread#set_trace_func Thread.ignore_deadlock Thread.ignore_deadlock= "
    "Thread::ConditionVariable#marshal_dump Thread::Queue#marshal_dump Time#as_json Time#httpdate "
    "Time#iso8601 Time#rfc2822 Time#rfc822 Time#to_date Time#to_datetime Time#to_json Time#to_time "
    "Time#xmlschema Time.apply_offset Time.force_zone! Time.httpdate Time.iso8601 Time.json_create "
    "Time.make_time Time.month_days Time.parse Time.rfc2822 Time.rfc822 Time.strptime Time.xmlschema "
    "Time.zone_offset Time.zone_utc? TracePoint#eval_script TracePoint#event "
    "TracePoint#instruction_sequence TracePoint#parameters TrueClass#pretty_print "
    "TrueClass#pretty_print_cycle TrueClass#to_json Warning.[] Warning.[]=";

// The same for what that script cannot load (the bundled gems prime, matrix, rake, rss and debug) and for
// what libraries add to single objects such as ARGV: on any class.
constexpr std::string_view kAddedAnywhere =
    "b block_scanf break each_iseq each_prime encode_with environment ext from_prime_division getopts "
    "httpdate init_with json_create options options= order! parse! pathmap pathmap_explode "
    "pathmap_partial pathmap_replace permute! prime? prime_division pry rfc822 rss scanf to_json_raw "
    "to_json_raw_object to_matrix to_yaml_properties yaml_as";

// Found wrong on Ruby's own library: `methods` takes an argument, and so do its relatives.
constexpr std::string_view kNarrow =
    "Kernel#methods Kernel#singleton_methods Object#methods Object#singleton_methods";

bool is_left_out(const infer::Project& project, infer::ClassId class_id, char mark, std::string_view method) {
  static const WordSet kWords(kLeftOut);
  const std::vector<infer::ClassId>& ancestors = project.node(class_id).ancestors;
  return std::any_of(ancestors.begin(), ancestors.end(), [&](infer::ClassId ancestor) {
    return kWords.contains(project.node(ancestor).name + mark + std::string(method));
  });
}

}  // namespace

bool is_core_extension(const infer::Project& project, const infer::TypeAtom& atom, std::string_view method) {
  static const WordSet kWords(kAddedAnywhere);
  if (kWords.contains(method)) return true;
  if (atom.side == rbs::Side::instance) return is_left_out(project, atom.class_id, '#', method);
  return is_left_out(project, atom.class_id, '.', method) ||
         is_left_out(project, project.core().class_, '#', method);
}

bool has_narrow_signature(std::string_view class_name, std::string_view method) {
  static const WordSet kWords(kNarrow);
  return kWords.contains(std::string(class_name) + "#" + std::string(method));
}

}  // namespace analyzer::rules
