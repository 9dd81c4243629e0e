# What the build takes from npm: the Ruby grammar (cmake/RubyGrammar.cmake) and the chart library of the HTML report.
# package-lock.json pins both by hash.

set(REPRO_NODE_MODULES "${CMAKE_SOURCE_DIR}/node_modules")

# Installs what package-lock.json names unless exactly that is there already.
function(repro_install_node_modules)
  set(stamp "${REPRO_NODE_MODULES}/.installed-lock")
  file(SHA256 "${CMAKE_SOURCE_DIR}/package-lock.json" wanted)
  set(installed "")
  if(EXISTS "${stamp}")
    file(READ "${stamp}" installed)
  endif()
  if(installed STREQUAL wanted)
    return()
  endif()
  find_program(REPRO_NPM npm)
  if(NOT REPRO_NPM)
    message(FATAL_ERROR "npm is needed once, to fetch what package-lock.json names: run ./bootstrap, or install npm")
  endif()
  message(STATUS "Fetching what package-lock.json names (npm ci)")
  execute_process(COMMAND "${REPRO_NPM}" ci --ignore-scripts --no-audit --no-fund
                  WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}" RESULT_VARIABLE failed OUTPUT_QUIET ERROR_VARIABLE messages)
  if(failed)
    message(FATAL_ERROR "'npm ci --ignore-scripts' failed: is there a network?\n${messages}")
  endif()
  file(WRITE "${stamp}" "${wanted}")
endfunction()

repro_install_node_modules()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/package-lock.json")
