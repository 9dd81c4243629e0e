# The Ruby grammar for tree-sitter: C sources from the npm package that package-lock.json pins by hash.
#
# repro_ruby_grammar is an object library without any sanitizer in every build. parser.c is 15 MB of tables and one
# generated state machine: instrumented it takes minutes to compile and nothing in it is ours to test. It reads only
# the bytes that the parser hands it, so a stray pointer of ours still shows in our own, instrumented frames.

set(REPRO_RUBY_GRAMMAR_DIR "${REPRO_NODE_MODULES}/tree-sitter-ruby/src")

pkg_check_modules(tree_sitter REQUIRED IMPORTED_TARGET tree-sitter)
add_library(repro_ruby_grammar STATIC "${REPRO_RUBY_GRAMMAR_DIR}/parser.c" "${REPRO_RUBY_GRAMMAR_DIR}/scanner.c")
target_include_directories(repro_ruby_grammar SYSTEM PRIVATE "${REPRO_RUBY_GRAMMAR_DIR}")
target_compile_options(repro_ruby_grammar PRIVATE -O2 -w)
target_link_libraries(repro_ruby_grammar PUBLIC PkgConfig::tree_sitter)
