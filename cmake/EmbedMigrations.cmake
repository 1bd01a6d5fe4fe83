# cmake -DOUTPUT=file.cpp -DDIRECTORY=schemas/platform -P EmbedMigrations.cmake
# Writes a C++ file with every NNN_name.sql of the directory, its checksum and its text.
file(GLOB files "${DIRECTORY}/[0-9][0-9][0-9]_*.sql")
list(SORT files)
set(entries "")
set(lastVersion 0)
foreach(file IN LISTS files)
  get_filename_component(stem "${file}" NAME_WE)
  if(NOT stem MATCHES "^([0-9][0-9][0-9])_([a-z0-9_]+)$")
    message(FATAL_ERROR "${file}: a migration's name is NNN_name.sql, the name of a-z, 0-9 and _")
  endif()
  math(EXPR version "1${CMAKE_MATCH_1} - 1000")
  set(name "${CMAKE_MATCH_2}")
  if(NOT version GREATER lastVersion)
    message(FATAL_ERROR "${file}: the number ${version} is taken already")
  endif()
  set(lastVersion "${version}")
  file(SHA256 "${file}" checksum)
  file(READ "${file}" sql)
  if(sql MATCHES "\\)hvsql\"")
    message(FATAL_ERROR "${file}: holds the text that ends its literal")
  endif()
  string(APPEND entries "    {${version}, \"${name}\", \"${checksum}\",\n     R\"hvsql(${sql})hvsql\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "// Generated from schemas/platform by cmake/EmbedMigrations.cmake.
#include <vector>

#include \"src/store/migrations/migrations.h\"

namespace store {

std::span<const Migration> builtInMigrations() {
  static const std::vector<Migration> all{
${entries}  };
  return all;
}

}  // namespace store
")
