# How everything is compiled, the server as well as fhir/ alone: C++20, the kind of build, sanitizers, coverage counters.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug or RelWithDebInfo" FORCE)
endif()

# HV_SANITIZE: "address,undefined", "thread", "fuzzer,address,undefined" (with Clang) or empty. One build directory for each value.
set(HV_SANITIZE "" CACHE STRING "Sanitizers to build everything with")
option(HV_COVERAGE "Build with line-coverage counters" OFF)
