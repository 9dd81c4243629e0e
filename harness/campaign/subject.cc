#include "harness/campaign/subject.h"

#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/text.h"
#include "harness/base/unique_fd.h"

namespace repro::campaign {
namespace {

struct RuntimeSymbol {
  std::string_view name;
  Sanitizer sanitizer;
};

/// The entry points that an instrumented object refers to, whichever way its runtime is linked. The runtimes
/// of ASan, TSan and MSan contain UBSan's, so that one is asked last.
constexpr std::array<RuntimeSymbol, 4> kRuntimeSymbols{{
    {"__asan_init", Sanitizer::address},
    {"__tsan_init", Sanitizer::thread},
    {"__msan_init", Sanitizer::memory},
    {"__ubsan_handle_type_mismatch_v1", Sanitizer::undefined},
}};

struct ElfCloser {
  void operator()(Elf* elf) const { elf_end(elf); }
};
using ElfHandle = std::unique_ptr<Elf, ElfCloser>;

enum class Found : std::uint8_t { executable, denied, absent };

Found probe(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return Found::absent;
  return S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0 ? Found::executable : Found::denied;
}

std::string absolute(const std::string& path, const std::string& working_directory) {
  std::error_code error;
  const std::filesystem::path current = std::filesystem::current_path(error);
  // Only `.` and doubled slashes go: `..` behind a symbolic link means another folder than its text says.
  std::filesystem::path clean;
  for (const std::filesystem::path& part : current / working_directory / path) {
    if (part != "." && !part.empty()) clean /= part;
  }
  return clean;
}

Unexpected not_executable(const std::string& program, const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    return fail(ErrorKind::usage, fmt::format("'{}' is a folder, not a program", program), EISDIR);
  }
  return fail(ErrorKind::usage,
              fmt::format("'{}' is not executable; chmod +x it, or name its interpreter first", program),
              EACCES);
}

std::string_view section_text(Elf_Scn* section) {
  const Elf_Data* data = elf_getdata(section, nullptr);
  if (data == nullptr || data->d_buf == nullptr) return {};
  return {static_cast<const char*>(data->d_buf), data->d_size};
}

/// Index into kRuntimeSymbols of the best runtime that this symbol table names, or the table's size.
std::size_t best_runtime(Elf* elf, Elf_Scn* section, const GElf_Shdr& header) {
  std::size_t best = kRuntimeSymbols.size();
  Elf_Data* data = elf_getdata(section, nullptr);
  if (data == nullptr || header.sh_entsize == 0) return best;
  const std::size_t symbols = header.sh_size / header.sh_entsize;
  for (std::size_t i = 0; i < symbols && best > 0; ++i) {
    GElf_Sym symbol;
    if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) break;
    const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
    if (name == nullptr || std::string_view(name).substr(0, 2) != "__") continue;
    for (std::size_t known = 0; known < best; ++known) {
      if (kRuntimeSymbols.at(known).name == name) best = known;
    }
  }
  return best;
}

std::string read_build_id(Elf_Scn* section) {
  Elf_Data* data = elf_getdata(section, nullptr);
  std::size_t offset = 0;
  GElf_Nhdr note;
  std::size_t name_offset = 0;
  std::size_t descriptor_offset = 0;
  while (data != nullptr &&
         (offset = gelf_getnote(data, offset, &note, &name_offset, &descriptor_offset)) > 0) {
    if (note.n_type != NT_GNU_BUILD_ID) continue;
    const auto* bytes = static_cast<const unsigned char*>(data->d_buf) + descriptor_offset;
    std::string hex;
    for (std::size_t i = 0; i < note.n_descsz; ++i) hex += fmt::format("{:02x}", bytes[i]);
    return hex;
  }
  return {};
}

void read_sections(Elf* elf, SubjectFacts& facts) {
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf, &names) != 0) return;
  std::size_t best = kRuntimeSymbols.size();
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr;
       section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) continue;
    if (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM) {
      best = std::min(best, best_runtime(elf, section, header));
    } else if (header.sh_type == SHT_NOTE && facts.build_id.empty()) {
      facts.build_id = read_build_id(section);
    } else if (const char* name = elf_strptr(elf, names, header.sh_name);
               name != nullptr && std::string_view(name) == ".comment") {
      const std::string_view text = section_text(section);
      facts.compiler = text.substr(0, text.find('\0'));
    }
  }
  facts.sanitizer = best == kRuntimeSymbols.size() ? Sanitizer::plain : kRuntimeSymbols.at(best).sanitizer;
}

}  // namespace

Result<std::string> find_program(const std::string& program, const std::string& search_path,
                                 const std::string& working_directory) {
  if (program.empty()) return fail(ErrorKind::usage, "the command is empty; write it after --", ENOENT);
  if (program.find('/') != std::string::npos) {
    const std::string path = absolute(program, working_directory);
    switch (probe(path)) {
      case Found::executable:
        return path;
      case Found::denied:
        return not_executable(program, path);
      case Found::absent:
        return fail(ErrorKind::usage, fmt::format("there is no program '{}'", program), ENOENT);
    }
  }
  std::string denied;
  for (const std::string_view folder : split(search_path, ':')) {
    const std::string path =
        absolute(std::string(folder.empty() ? "." : folder) + "/" + program, working_directory);
    switch (probe(path)) {
      case Found::executable:
        return path;
      case Found::denied:
        denied = path;
        break;
      case Found::absent:
        break;
    }
  }
  if (!denied.empty()) return not_executable(program, denied);
  const std::string here = absolute("./" + program, working_directory);
  const char* hint =
      probe(here) == Found::executable ? "; write ./ before it to run the one in this folder" : "";
  return fail(ErrorKind::usage, fmt::format("there is no program '{}' in PATH{}", program, hint), ENOENT);
}

Result<SubjectFacts> inspect_subject(const std::string& path) {
  SubjectFacts facts;
  facts.path = path;
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  // A program may be executable without being readable; then nothing is known about it.
  if (!fd.is_open()) return facts;
  if (elf_version(EV_CURRENT) == EV_NONE) return facts;
  const ElfHandle elf(elf_begin(fd.get(), ELF_C_READ_MMAP, nullptr));
  if (elf == nullptr || elf_kind(elf.get()) != ELF_K_ELF) return facts;
  facts.is_elf = true;
  read_sections(elf.get(), facts);
  return facts;
}

}  // namespace repro::campaign
