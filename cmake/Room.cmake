# hv_room(NAME SOURCES ... [USES other rooms and libraries ...])
#
# A room is a folder with one static library. What it USES is what it may know: an include of anything else
# does not compile. Headers are included from the top of the tree: "fhir/json/json.h", "src/http/server.h".

find_program(HV_CCACHE ccache)
if(HV_CCACHE)
  # Paths below the project count as relative, so that every clone and build folder shares one cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=true
                                  "${HV_CCACHE}")
endif()

add_library(hv_options INTERFACE)
target_include_directories(hv_options INTERFACE "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}/generated")
target_compile_options(hv_options INTERFACE -Wall -Wextra -Wconversion -Werror -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overlap in every `"text" + std::string` (GCC bug 105651).
  target_compile_options(hv_options INTERFACE -Wno-restrict)
endif()
if(HV_SANITIZE)
  target_compile_options(hv_options INTERFACE "-fsanitize=${HV_SANITIZE}" -fno-sanitize-recover=all -g1)
  target_link_options(hv_options INTERFACE "-fsanitize=${HV_SANITIZE}")
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
  cmake_parse_arguments(ROOM "" "" "SOURCES;USES" ${ARGN})
  add_library(${NAME} STATIC ${ROOM_SOURCES})
  target_link_libraries(${NAME} PUBLIC hv_options ${ROOM_USES})
endfunction()

# hv_test(NAME SOURCES ... USES ... [LABELS ...] [TIMEOUT seconds]): one Boost.Test program, one ctest entry.
function(hv_test NAME)
  cmake_parse_arguments(TEST "" "TIMEOUT" "SOURCES;USES;LABELS" ${ARGN})
  add_executable(${NAME} ${TEST_SOURCES})
  target_link_libraries(${NAME} PRIVATE hv_options hv_boost_test ${TEST_USES})
  add_test(NAME ${NAME} COMMAND ${NAME} --log_level=test_suite --report_level=short)
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 300)
  endif()
  set_tests_properties(${NAME} PROPERTIES TIMEOUT ${TEST_TIMEOUT} SKIP_RETURN_CODE 77 LABELS "${TEST_LABELS}"
    ENVIRONMENT "HV_SOURCE_DIR=${PROJECT_SOURCE_DIR};HV_BINARY_DIR=${PROJECT_BINARY_DIR}")
endfunction()
