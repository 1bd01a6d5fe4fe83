# cmake -DOUTPUT=file.cpp -DDIRECTORY=html -P embed.cmake
# Writes a C++ file with every .html and .css of the directory.
file(GLOB files "${DIRECTORY}/*.html" "${DIRECTORY}/*.css")
list(SORT files)
set(entries "")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" text)
  if(text MATCHES "\\)hvpage\"")
    message(FATAL_ERROR "${file}: holds the text that ends its literal")
  endif()
  string(APPEND entries "    {\"${name}\", R\"hvpage(${text})hvpage\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "// Generated from src/smart/people/html by embed.cmake.
#include <array>

#include \"src/smart/people/page_list.h\"

namespace people {

std::span<const PageFile> pageFiles() {
  static constexpr auto all = std::to_array<PageFile>({
${entries}  });
  return all;
}

}  // namespace people
")
