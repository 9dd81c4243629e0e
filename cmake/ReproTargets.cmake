# The options that every target of the harness shares, and one helper per kind of target.
#
# repro_options is an INTERFACE target and never exported: it carries warnings and the sanitizer of the harness.

add_library(repro_options INTERFACE)
target_compile_features(repro_options INTERFACE cxx_std_20)
target_include_directories(repro_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(repro_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                       -Wold-style-cast -Wcast-qual -Woverloaded-virtual
                       # g++ 12 sees null pointers inside libstdc++ that are none
                       $<$<CXX_COMPILER_ID:Clang>:-Wnull-dereference>)
if(REPRO_WERROR)
  target_compile_options(repro_options INTERFACE -Werror)
endif()
if(REPRO_INSTRUMENT STREQUAL "address")
  # Without vptr: that check takes libstdc++'s std::error_category objects for ones of another type.
  target_compile_options(repro_options INTERFACE -fsanitize=address,undefined -fno-sanitize=vptr
                         -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(repro_options INTERFACE -fsanitize=address,undefined)
elseif(REPRO_INSTRUMENT STREQUAL "thread")
  target_compile_options(repro_options INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(repro_options INTERFACE -fsanitize=thread)
elseif(NOT REPRO_INSTRUMENT STREQUAL "none")
  message(FATAL_ERROR "REPRO_INSTRUMENT is '${REPRO_INSTRUMENT}': use none, address or thread")
endif()

# repro_add_library(NAME SOURCES ... [LINK ...]): one static library per folder, with the alias repro::NAME.
function(repro_add_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  add_library(repro_${name} STATIC ${arg_SOURCES})
  add_library(repro::${name} ALIAS repro_${name})
  target_link_libraries(repro_${name} PUBLIC $<BUILD_INTERFACE:repro_options> ${arg_LINK}
                        PRIVATE ${arg_PRIVATE_LINK})
endfunction()

# repro_add_test(NAME LABEL label SOURCES ... LINK ...): one GoogleTest binary; each test is a CTest test of that label.
# Labels: unit (no processes, milliseconds), integration (real children), sanitizer (needs instrumented subjects), slow.
function(repro_add_test name)
  cmake_parse_arguments(arg "" "LABEL;TIMEOUT" "SOURCES;LINK" ${ARGN})
  if(NOT arg_LABEL MATCHES "^(unit|integration|sanitizer|slow)$")
    message(FATAL_ERROR "repro_add_test(${name}): LABEL must be unit, integration, sanitizer or slow")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  target_link_libraries(${name} PRIVATE repro_options ${arg_LINK} GTest::gmock GTest::gtest_main)
  # Optimising GoogleTest's macros and JSON's templates takes longer than everything the tests do: 9.0 s against 3.5 s for
  # tests/cli/run_test.cc, clang 14.
  target_compile_options(${name} PRIVATE -O0)
  target_compile_definitions(${name} PRIVATE
                             REPRO_TEST_SOURCE_DIR="${CMAKE_SOURCE_DIR}/tests"
                             REPRO_TEST_BUILD_DIR="${CMAKE_BINARY_DIR}")
  gtest_discover_tests(${name} PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT} DISCOVERY_TIMEOUT 60)
endfunction()
