#include "src/keys/key_file.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "src/keys/refusal.h"

namespace keys {
namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::string_view kBlank = " \t\r";

bool isName(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kLongestName && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

// What is wrong with a line, or nothing.
std::string takeLine(std::string_view line, std::vector<NamedKey>& keys) {
  const std::size_t end = std::min(line.find_first_of(kBlank), line.size());
  const std::string_view name = line.substr(0, end);
  const std::string_view text = trimmed(line.substr(end));
  if (text.empty()) return "a line is NAME BASE64";
  if (!isName(name)) return "a key's name is up to 64 letters, digits, '.', '_' and '-'";
  if (std::ranges::find(keys, name, &NamedKey::name) != keys.end()) return "this name stands twice";
  std::array<std::uint8_t, Secret::size> bytes{};
  std::size_t size = 0;
  const char* after = nullptr;
  const bool decoded = sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size,
                                         &after, sodium_base64_VARIANT_ORIGINAL) == 0 &&
                       after == text.data() + text.size() && size == bytes.size();
  if (decoded) keys.push_back({std::string(name), Secret::copyOf(bytes)});
  sodium_memzero(bytes.data(), bytes.size());
  return decoded ? "" : "the key is not 32 bytes in base64; `openssl rand -base64 32` makes one";
}

}  // namespace

const Secret* KeyFile::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(keys, name, &NamedKey::name);
  return found == keys.end() ? nullptr : &found->key;
}

fhir::Result<KeyFile> readKeyFile(const std::string& name) {
  const auto file = readPrivateFile(name, 077);
  if (!file) return file.outcome();
  KeyFile out{{}, file->stamp, file->settled};
  std::string_view rest = textOf(file->content);
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty() || line.front() == '#') continue;
    std::string fault = takeLine(line, out.keys);
    if (fault.empty()) continue;
    return misconfigured(fault.insert(0, name + ", line " + std::to_string(number) + ": "));
  }
  if (out.keys.empty()) return misconfigured(name + " has no key");
  return out;
}

}  // namespace keys
