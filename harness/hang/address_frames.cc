#include "harness/hang/address_frames.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <cxxabi.h>
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <fmt/format.h>

namespace repro::hang {
namespace {

struct FreeMemory {
  void operator()(void* memory) const { std::free(memory); }  // NOLINT(*-no-malloc)
};

std::string demangled(const char* name) {
  if (name == nullptr) return {};
  int status = 0;
  const std::unique_ptr<char, FreeMemory> text(abi::__cxa_demangle(name, nullptr, nullptr, &status));
  return status == 0 && text != nullptr ? text.get() : name;
}

std::string_view or_empty(const char* text) { return text == nullptr ? "" : text; }

/// The name of a function or inlined function, with its namespaces and parameters where the compiler kept
/// them.
std::string name_of(Dwarf_Die* function) {
  Dwarf_Attribute attribute{};
  for (const unsigned int name : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name, DW_AT_name}) {
    if (::dwarf_attr_integrate(function, name, &attribute) != nullptr) {
      return demangled(::dwarf_formstring(&attribute));
    }
  }
  return {};
}

/// Where an inlined function was called.
void read_call_site(Dwarf_Die* inlined, Dwarf_Die* unit, Frame& caller) {
  Dwarf_Attribute attribute{};
  Dwarf_Word value = 0;
  Dwarf_Files* files = nullptr;
  const auto read = [&](unsigned int name) {
    return ::dwarf_formudata(::dwarf_attr(inlined, name, &attribute), &value) == 0;
  };
  if (read(DW_AT_call_file) && ::dwarf_getsrcfiles(unit, &files, nullptr) == 0) {
    caller.file = or_empty(::dwarf_filesrc(files, value, nullptr, nullptr));
  }
  if (read(DW_AT_call_line)) caller.line = static_cast<int>(value);
  if (read(DW_AT_call_column)) caller.column = static_cast<int>(value);
}

bool holds_definitions(int tag) {
  return tag == DW_TAG_namespace || tag == DW_TAG_class_type || tag == DW_TAG_structure_type ||
         tag == DW_TAG_union_type;
}

bool holds_code(int tag) {
  return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block ||
         tag == DW_TAG_try_block || tag == DW_TAG_catch_block;
}

/// Adds the scopes below `parent` that hold the address, outermost first, as the compiler put them into each
/// other. dwarf_getscopes goes on with the scopes of an inlined function's source at the first one that it
/// meets, and misses those in a block of several ranges.
// NOLINTNEXTLINE(misc-no-recursion): as deep as the compiler has nested
bool add_scopes(Dwarf_Die parent, Dwarf_Addr address, std::vector<Dwarf_Die>& scopes) {
  Dwarf_Die child{};
  for (int has_child = ::dwarf_child(&parent, &child); has_child == 0;
       has_child = ::dwarf_siblingof(&child, &child)) {
    const int tag = ::dwarf_tag(&child);
    if (holds_definitions(tag) && add_scopes(child, address, scopes)) return true;
    if (!holds_code(tag) || ::dwarf_haspc(&child, address) <= 0) continue;
    scopes.push_back(child);
    add_scopes(child, address, scopes);
    return true;
  }
  return false;
}

/// The functions around one address, innermost first: those inlined there and the one that is really there.
class FramesOfAddress {
 public:
  FramesOfAddress(Dwfl_Module* module, Dwarf_Addr address) : module_(module), address_(address) {}

  std::vector<Frame> read() {
    Frame frame = place();
    Dwarf_Addr bias = 0;
    Dwarf_Die* unit = find_unit(bias);
    if (unit != nullptr) read_line(unit, bias, frame);
    std::vector<Dwarf_Die> scopes;
    if (unit != nullptr) add_scopes(*unit, address_ - bias, scopes);
    std::reverse(scopes.begin(), scopes.end());
    for (Dwarf_Die& scope : scopes) {
      const int tag = ::dwarf_tag(&scope);
      if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram) continue;
      frame.function = name_of(&scope);
      frames_.push_back(frame);
      if (tag == DW_TAG_subprogram) return std::move(frames_);
      frame = place();
      read_call_site(&scope, unit, frame);
    }
    if (frames_.empty()) {
      frame.function = demangled(::dwfl_module_addrname(module_, address_));
      frames_.push_back(std::move(frame));
    }
    return std::move(frames_);
  }

 private:
  /// The frame with what is the same for all functions at this address.
  [[nodiscard]] Frame place() const {
    Frame frame;
    const char* main_file = nullptr;
    const char* name =
        ::dwfl_module_info(module_, nullptr, nullptr, nullptr, nullptr, nullptr, &main_file, nullptr);
    frame.module = main_file != nullptr ? main_file : or_empty(name);
    GElf_Addr bias = 0;
    if (::dwfl_module_getelf(module_, &bias) != nullptr) frame.module_offset = address_ - bias;
    const unsigned char* id = nullptr;
    GElf_Addr where = 0;
    const int length = ::dwfl_module_build_id(module_, &id, &where);
    for (int at = 0; at < length; ++at) frame.build_id += fmt::format("{:02x}", id[at]);
    return frame;
  }

  /// The compilation unit of the address. clang writes no .debug_aranges, which dwfl_module_addrdie goes by,
  /// so where that finds nothing all units are asked.
  Dwarf_Die* find_unit(Dwarf_Addr& bias) const {
    Dwarf_Die* unit = ::dwfl_module_addrdie(module_, address_, &bias);
    if (unit != nullptr) return unit;
    while ((unit = ::dwfl_module_nextcu(module_, unit, &bias)) != nullptr) {
      if (::dwarf_haspc(unit, address_ - bias) > 0) return unit;
    }
    return nullptr;
  }

  void read_line(Dwarf_Die* unit, Dwarf_Addr bias, Frame& frame) const {
    Dwarf_Line* line = ::dwarf_getsrc_die(unit, address_ - bias);
    if (line == nullptr) return;
    frame.file = or_empty(::dwarf_linesrc(line, nullptr, nullptr));
    ::dwarf_lineno(line, &frame.line);
    ::dwarf_linecol(line, &frame.column);
  }

  Dwfl_Module* module_;
  Dwarf_Addr address_;
  std::vector<Frame> frames_;
};

}  // namespace

std::vector<Frame> frames_of_address(Dwfl_Module* module, std::uint64_t address) {
  return FramesOfAddress(module, address).read();
}

std::mutex& libdwfl_mutex() {
  static std::mutex one_at_a_time;
  return one_at_a_time;
}

}  // namespace repro::hang
