// A page's cursor: where the next page begins, as opaque text for a link.
//
// It holds positions only (times, keys), never a condition: whoever alters it comes out at another place of
// the same answer.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace store {

std::string makeCursor(std::initializer_list<std::string_view> parts);
// nullopt when the text is not a cursor with so many parts.
std::optional<std::vector<std::string>> openCursor(std::string_view cursor, std::size_t parts);

}  // namespace store
