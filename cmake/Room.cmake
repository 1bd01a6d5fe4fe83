# hv_room(NAME SOURCES ... [HEADERS ...] [USES other rooms and libraries ...])
#
# A room is a folder with one static library. What it USES is what it may know: an include of anything else
# does not compile. HEADERS are its doors, installed where the room is part of an installed library; they include
# no other headers of the project than such. Headers are included from the top of the tree: "fhir/json/json.h".

get_filename_component(HV_TOP "${CMAKE_CURRENT_LIST_DIR}" DIRECTORY)

find_program(HV_CCACHE ccache)
if(HV_CCACHE)
  # Paths below the project count as relative, so that every clone and build folder shares one cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${HV_TOP}" CCACHE_NOHASHDIR=true
                                  "${HV_CCACHE}")
endif()

add_library(hv_options INTERFACE)
target_include_directories(hv_options INTERFACE "${HV_TOP}" "${CMAKE_BINARY_DIR}/generated")
target_compile_options(hv_options INTERFACE -Wall -Wextra -Wconversion -Werror -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overlap in every `"text" + std::string` (GCC bug 105651).
  target_compile_options(hv_options INTERFACE -Wno-restrict)
endif()
if(HV_SANITIZE)
  # libFuzzer's main() is for the fuzzers alone (tests/fuzz); everybody else has only its counters.
  string(REGEX REPLACE "^fuzzer(,|$)" "fuzzer-no-link\\1" sanitizers "${HV_SANITIZE}")
  target_compile_options(hv_options INTERFACE "-fsanitize=${sanitizers}" -fno-sanitize-recover=all -g1)
  # What the sanitizers add takes the optimizer long: with these levels a build takes half the time, and the tests hardly more.
  target_compile_options(hv_options INTERFACE $<IF:$<BOOL:$<TARGET_PROPERTY:HV_OF_TEST>>,-O0,-O1>)
  # A library that is used against its contract is a finding too.
  target_compile_options(hv_options INTERFACE -UNDEBUG)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # What the sanitizers add makes GCC see values that nobody has set.
    target_compile_options(hv_options INTERFACE -Wno-maybe-uninitialized)
  endif()
  target_link_options(hv_options INTERFACE "-fsanitize=${sanitizers}")
  if(HV_SANITIZE MATCHES "fuzzer")
    target_compile_options(hv_options INTERFACE -D_GLIBCXX_ASSERTIONS
                           "-fsanitize-ignorelist=${HV_TOP}/tests/fuzz/ignored.txt")
  endif()
  if(HV_SANITIZE MATCHES "undefined")
    # Debian's SOCI does not export the type information of its classes, which this one check needs.
    target_compile_options(hv_options INTERFACE -fno-sanitize=vptr)
  endif()
endif()
if(HV_COVERAGE)
  # Counters that several threads add to must not lose or tear: gcov refuses a negative one.
  target_compile_options(hv_options INTERFACE --coverage -fprofile-update=atomic -O1)
  target_link_options(hv_options INTERFACE --coverage)
endif()
find_program(HV_MOLD mold)
if(HV_MOLD AND NOT HV_COVERAGE)
  target_link_options(hv_options INTERFACE -fuse-ld=mold)
endif()

function(hv_room NAME)
  cmake_parse_arguments(ROOM "" "" "SOURCES;HEADERS;USES" ${ARGN})
  add_library(${NAME} STATIC ${ROOM_SOURCES})
  list(TRANSFORM ROOM_HEADERS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  set_target_properties(${NAME} PROPERTIES HV_HEADERS "${ROOM_HEADERS}")
  target_link_libraries(${NAME} PUBLIC hv_options ${ROOM_USES})
endfunction()

# For code that runs once or seldom: -O1 takes two thirds of -O3's time to compile, and with sanitizers -O0 half of -O1's.
function(hv_compile_quickly NAME)
  set_target_properties(${NAME} PROPERTIES HV_OF_TEST ON)
  if(NOT HV_SANITIZE)
    target_compile_options(${NAME} PRIVATE $<$<NOT:$<CONFIG:Debug>>:-O1>)
  endif()
endfunction()

# hv_test(NAME SOURCES ... USES ... [LABELS ...] [TIMEOUT seconds]): one Boost.Test program, one ctest entry. Only its own
# code is compiled quickly; what it tests is as released.
function(hv_test NAME)
  cmake_parse_arguments(TEST "" "TIMEOUT" "SOURCES;USES;LABELS" ${ARGN})
  add_executable(${NAME} ${TEST_SOURCES})
  target_link_libraries(${NAME} PRIVATE hv_options hv_boost_test ${TEST_USES})
  hv_compile_quickly(${NAME})
  add_test(NAME ${NAME} COMMAND ${NAME} --log_level=test_suite --report_level=short)
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 300)
  endif()
  set_tests_properties(${NAME} PROPERTIES TIMEOUT ${TEST_TIMEOUT} SKIP_RETURN_CODE 77 LABELS "${TEST_LABELS}"
    ENVIRONMENT "HV_SOURCE_DIR=${PROJECT_SOURCE_DIR};HV_BINARY_DIR=${PROJECT_BINARY_DIR}")
endfunction()
