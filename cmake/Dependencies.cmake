# Every library the server uses is a Debian 12 package; the list to install is packages/debian.txt.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(date REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(Boost 1.74 REQUIRED COMPONENTS unit_test_framework)
find_package(PostgreSQL REQUIRED)
pkg_check_modules(PISTACHE REQUIRED IMPORTED_TARGET libpistache)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)

add_library(hv_soci INTERFACE)
target_include_directories(hv_soci SYSTEM INTERFACE /usr/include/soci)
target_link_libraries(hv_soci INTERFACE soci_core soci_postgresql PostgreSQL::PostgreSQL)

add_library(hv_rapidjson INTERFACE)
target_compile_definitions(hv_rapidjson INTERFACE RAPIDJSON_HAS_STDSTRING=1 RAPIDJSON_SSE2=1)

add_library(hv_boost_test INTERFACE)
target_compile_definitions(hv_boost_test INTERFACE BOOST_TEST_DYN_LINK)
target_link_libraries(hv_boost_test INTERFACE Boost::unit_test_framework)
