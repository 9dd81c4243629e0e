#include "scenarios/actor-runtime/file_descriptor.h"

#include <cstdio>

namespace actor_runtime {

int check_system(int returned, const char* what) {
  if (returned != -1) return returned;
  std::perror(what);
  ::_exit(3);  // other threads are running: no destructors
}

}  // namespace actor_runtime
