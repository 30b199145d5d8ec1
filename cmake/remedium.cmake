# Building blocks of every CMakeLists.txt here: one library a folder, its tests beside its sources.

option(REMEDIUM_TESTS "Build the tests" ON)
option(REMEDIUM_FUZZ "Build the fuzz targets (needs clang)" OFF)
option(REMEDIUM_SANITIZE "The build runs under sanitizers" OFF)

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The same source compiled in another build folder is the same object: do not hash the folder.
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(remedium_options INTERFACE)
target_compile_options(remedium_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Werror
  -Wno-missing-field-initializers)  # a designated initialiser leaves the others at their defaults: that is what it is for
target_include_directories(remedium_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these inside the standard library's own inlined string and vector code (GCC bug 105329 and kin).
  target_compile_options(remedium_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread>)
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET GLOBAL libsodium)  # hashes in ledger and store, keys in crypto
if(REMEDIUM_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

# remedium_library(base DEPENDS fmt::fmt): every *.cpp of this folder (not below it) that is not *_test.cpp,
# *_fuzz.cpp, *_bench.cpp or main.cpp becomes the library `remedium_base`; every *_test.cpp becomes part of the program
# `base_test`, each of its cases a test of ctest.
function(remedium_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;TEST_DEPENDS;SUBFOLDERS" ${ARGN})
  set(patterns *.cpp)
  foreach(folder ${ARG_SUBFOLDERS})
    list(APPEND patterns ${folder}/*.cpp)
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|_fuzz|_bench|/main|/[a-z_]+_main)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  if(NOT sources)
    message(STATUS "src/${name} has no sources")
    return()
  endif()
  add_library(remedium_${name} STATIC ${sources})
  target_link_libraries(remedium_${name} PUBLIC remedium_options ${ARG_DEPENDS})
  if(REMEDIUM_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE remedium_${name} ${ARG_TEST_DEPENDS} GTest::gmock GTest::gtest GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE REMEDIUM_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 120 PROPERTIES TIMEOUT 300)
  endif()
endfunction()
