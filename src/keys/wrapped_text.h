// The texts that the file's and the token's keys wrap: "SCHEME:NAME:BASE64URL", of IV, ciphertext and tag.
//
// Threading: pure functions. Errors: nullopt for a text that toText() does not make.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace keys {

struct WrappedText {
  std::string name;    // of the key
  std::string sealed;  // as src/platform/gcm.h's seal() gives it, of a data key
};

// `name` is printable ASCII without spaces.
std::string toText(std::string_view scheme, const WrappedText&);
std::optional<WrappedText> fromText(std::string_view scheme, std::string_view text);

}  // namespace keys
