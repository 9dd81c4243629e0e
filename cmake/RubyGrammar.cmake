# The Ruby grammar for tree-sitter: C sources from the npm package that package-lock.json pins by hash.
#
# repro_ruby_grammar is an object library without any sanitizer in every build. parser.c is 15 MB of tables and one
# generated state machine: instrumented it takes minutes to compile and nothing in it is ours to test. It reads only
# the bytes that the parser hands it, so a stray pointer of ours still shows in our own, instrumented frames.

set(REPRO_NODE_MODULES "${CMAKE_SOURCE_DIR}/node_modules")
set(REPRO_RUBY_GRAMMAR_DIR "${REPRO_NODE_MODULES}/tree-sitter-ruby/src")

# Installs what package-lock.json names unless exactly that is there already.
function(repro_install_node_modules)
  set(stamp "${REPRO_NODE_MODULES}/.installed-lock")
  file(SHA256 "${CMAKE_SOURCE_DIR}/package-lock.json" wanted)
  set(installed "")
  if(EXISTS "${stamp}")
    file(READ "${stamp}" installed)
  endif()
  if(installed STREQUAL wanted AND EXISTS "${REPRO_RUBY_GRAMMAR_DIR}/parser.c")
    return()
  endif()
  find_program(REPRO_NPM npm)
  if(NOT REPRO_NPM)
    message(FATAL_ERROR "npm is needed once, to fetch the Ruby grammar: run ./bootstrap, or install npm")
  endif()
  message(STATUS "Fetching the Ruby grammar (npm ci)")
  execute_process(COMMAND "${REPRO_NPM}" ci --ignore-scripts --no-audit --no-fund
                  WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}" RESULT_VARIABLE failed OUTPUT_QUIET ERROR_VARIABLE messages)
  if(failed)
    message(FATAL_ERROR "'npm ci --ignore-scripts' failed: is there a network?\n${messages}")
  endif()
  file(WRITE "${stamp}" "${wanted}")
endfunction()

repro_install_node_modules()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/package-lock.json")

pkg_check_modules(tree_sitter REQUIRED IMPORTED_TARGET tree-sitter)
add_library(repro_ruby_grammar STATIC "${REPRO_RUBY_GRAMMAR_DIR}/parser.c" "${REPRO_RUBY_GRAMMAR_DIR}/scanner.c")
target_include_directories(repro_ruby_grammar SYSTEM PRIVATE "${REPRO_RUBY_GRAMMAR_DIR}")
target_compile_options(repro_ruby_grammar PRIVATE -O2 -w)
target_link_libraries(repro_ruby_grammar PUBLIC PkgConfig::tree_sitter)
