#pragma once

#include <unistd.h>

namespace actor_runtime {

/// Owns one file descriptor. A failed system call of the set-up ends the program in check_system().
class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

/// Passes on what a system call returned; prints `what` with the reason and exits with 3 if that was -1. For
/// calls that can fail only when the machine has run out of something.
int check_system(int returned, const char* what);

}  // namespace actor_runtime
