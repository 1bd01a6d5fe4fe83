// A page's cursor: where the next page begins, sealed for a link.
//
// It holds positions only (times, keys, values of sort keys), never a condition, and is bound to the very
// question and caller it was made for: with another one it opens no page. Threading: safe for all threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/platform/seal.h"

namespace store {

using CursorParts = std::vector<std::optional<std::string>>;

std::string makeCursor(const platform::Sealer&, const CursorParts& parts, std::string_view binding);
// nullopt when the text is not a cursor with this binding.
std::optional<CursorParts> openCursor(const platform::Sealer&, std::string_view cursor,
                                      std::string_view binding);

}  // namespace store
