# Programs under test, one binary per build of the harness's own vocabulary (plain, address, thread, undefined, memory).
#
# repro_add_subject(NAME
#   SCENARIO scenario            # folder below lib/repro/scenarios; the binaries are NAME.plain, NAME.address, ...
#   SOURCES a.cc b.cc
#   [BUILDS plain address thread]
#   [LINK targets...] [DEFINITIONS ...] [INCLUDES ...]
#   [NO_INSTALL]                 # for the tests of this tree only
#   [UNITY])                     # compile all sources of a build at once; their names must not collide
#
# The flags hang on the targets, so one tree holds every build at once and the preset of the harness never reaches a
# subject. Instrumented builds use -O1, keep frame pointers and make no tail calls, as the sanitizers' manuals advise for
# readable stacks (a tail call replaces its caller's frame, and the report then lacks it). The plain build is optimised
# like a release, because that is what crashes in the field, and keeps line tables.

set(REPRO_SUBJECT_READABLE -fno-omit-frame-pointer -fno-optimize-sibling-calls)
set(REPRO_SUBJECT_FLAGS_plain -O2 -g)
set(REPRO_SUBJECT_FLAGS_address -O1 -g ${REPRO_SUBJECT_READABLE} -fsanitize=address)
set(REPRO_SUBJECT_FLAGS_thread -O1 -g ${REPRO_SUBJECT_READABLE} -fsanitize=thread)
set(REPRO_SUBJECT_FLAGS_undefined -O1 -g ${REPRO_SUBJECT_READABLE} -fsanitize=undefined)
set(REPRO_SUBJECT_FLAGS_memory -O1 -g ${REPRO_SUBJECT_READABLE} -fsanitize=memory -fsanitize-memory-track-origins)
set(REPRO_SUBJECT_LINK_plain "")
set(REPRO_SUBJECT_LINK_address -fsanitize=address)
set(REPRO_SUBJECT_LINK_thread -fsanitize=thread)
set(REPRO_SUBJECT_LINK_undefined -fsanitize=undefined)
set(REPRO_SUBJECT_LINK_memory -fsanitize=memory)

function(repro_add_subject name)
  cmake_parse_arguments(arg "UNITY;NO_INSTALL" "SCENARIO;OUTPUT_DIRECTORY" "SOURCES;BUILDS;LINK;DEFINITIONS;INCLUDES" ${ARGN})
  if(NOT arg_BUILDS)
    set(arg_BUILDS plain address thread)
  endif()
  if(NOT arg_OUTPUT_DIRECTORY)
    set(arg_OUTPUT_DIRECTORY "scenarios/${arg_SCENARIO}")
  endif()
  foreach(build IN LISTS arg_BUILDS)
    if(NOT DEFINED REPRO_SUBJECT_FLAGS_${build})
      message(FATAL_ERROR "repro_add_subject(${name}): unknown build '${build}'")
    endif()
    if(build STREQUAL "memory" AND NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
      continue() # MemorySanitizer exists in clang only; `repro list` shows that this build is absent
    endif()
    if(CMAKE_CXX_CLANG_TIDY AND NOT build STREQUAL "plain")
      continue() # the same sources once more: clang-tidy reads them for the plain build
    endif()
    set(target "${name}.${build}")
    add_executable(${target} ${arg_SOURCES})
    target_compile_features(${target} PRIVATE cxx_std_20)
    target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}" ${arg_INCLUDES})
    target_compile_options(${target} PRIVATE -Wall -Wextra ${REPRO_SUBJECT_FLAGS_${build}})
    if(REPRO_WERROR)
      target_compile_options(${target} PRIVATE -Werror)
    endif()
    target_compile_definitions(${target} PRIVATE ${arg_DEFINITIONS})
    target_link_options(${target} PRIVATE ${REPRO_SUBJECT_LINK_${build}})
    target_link_libraries(${target} PRIVATE ${arg_LINK} Threads::Threads)
    if(arg_UNITY) # the files still pass clang-tidy's header filter, so it speaks about each
      set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0
                            UNITY_BUILD_CODE_BEFORE_INCLUDE "// NOLINTNEXTLINE(bugprone-suspicious-include)")
    endif()
    set_target_properties(${target} PROPERTIES
                          RUNTIME_OUTPUT_DIRECTORY "${REPRO_LIB_OUTPUT_DIRECTORY}/${arg_OUTPUT_DIRECTORY}")
    if(NOT arg_NO_INSTALL)
      install(TARGETS ${target} DESTINATION "${CMAKE_INSTALL_LIBDIR}/repro/${arg_OUTPUT_DIRECTORY}")
    endif()
  endforeach()
endfunction()

# repro_add_scenario(NAME [FILES ...] [PROGRAMS ...]): publishes scenario.json, the page with the story and what else the
# scenario reads (FILES) or executes (PROGRAMS) beside its binaries.
function(repro_add_scenario name)
  cmake_parse_arguments(arg "" "" "FILES;PROGRAMS" ${ARGN})
  foreach(file scenario.json README.md ${arg_FILES} ${arg_PROGRAMS})
    configure_file("${CMAKE_CURRENT_SOURCE_DIR}/${file}"
                   "${REPRO_LIB_OUTPUT_DIRECTORY}/scenarios/${name}/${file}" COPYONLY)
    if(file IN_LIST arg_PROGRAMS)
      install(PROGRAMS "${CMAKE_CURRENT_SOURCE_DIR}/${file}"
              DESTINATION "${CMAKE_INSTALL_LIBDIR}/repro/scenarios/${name}")
    else()
      install(FILES "${CMAKE_CURRENT_SOURCE_DIR}/${file}"
              DESTINATION "${CMAKE_INSTALL_LIBDIR}/repro/scenarios/${name}")
    endif()
  endforeach()
endfunction()
