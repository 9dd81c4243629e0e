#pragma once

// Writing and reading of flat binary records: cache entries and the messages of forked workers.
//
// Both sides run on one machine and carry a version in front, so numbers are stored as the machine has them.
// The reader never trusts a length: it checks each against what is left, so a cut or foreign record is an
// error and neither a crash nor a large allocation.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace analyzer {

/// Appends records to one string.
class ByteWriter {
 public:
  template <class T>
  void number(T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    bytes_.append(value);
  }
  /// A vector of plain structs without padding that could hold stale bytes.
  template <class T>
  void array(const std::vector<T>& values) {
    static_assert(std::has_unique_object_representations_v<T>);
    number(static_cast<std::uint32_t>(values.size()));
    bytes_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  }
  [[nodiscard]] std::string take() && { return std::move(bytes_); }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Reads what ByteWriter wrote. After the first failed read `ok()` is false for good and every read gives
/// zero or empty. Keeps a view: the bytes must outlive the reader and the texts it returns.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <class T>
  [[nodiscard]] T number() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    if (take(sizeof(T))) std::memcpy(&value, taken_, sizeof(T));
    return value;
  }
  [[nodiscard]] std::string_view text() {
    const auto size = number<std::uint32_t>();
    return take(size) ? std::string_view(taken_, size) : std::string_view();
  }
  template <class T>
  [[nodiscard]] std::vector<T> array() {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto size = number<std::uint32_t>();
    std::vector<T> values;
    if (!take(std::uint64_t{size} * sizeof(T))) return values;
    values.resize(size);
    if (size > 0) std::memcpy(values.data(), taken_, std::size_t{size} * sizeof(T));
    return values;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return ok_ && rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  bool take(std::uint64_t size) {
    ok_ = ok_ && size <= rest_.size();
    if (!ok_) return false;
    taken_ = rest_.data();
    rest_.remove_prefix(size);
    return true;
  }

  std::string_view rest_;
  const char* taken_ = nullptr;
  bool ok_ = true;
};

}  // namespace analyzer
