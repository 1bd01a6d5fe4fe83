#include "fhir/search/words.h"

#include <utf8proc.h>

#include <algorithm>
#include <utility>

#include "fhir/markup/narrative.h"
#include "fhir/search/index.h"

namespace fhir::search {
namespace {

bool isAsciiSpelling(unsigned char byte) noexcept {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
}

// Letters, marks and digits of any script.
bool isSpelling(utf8proc_int32_t character) noexcept {
  const auto category = utf8proc_category(character);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
}

bool isAscii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Gathers words in one text, and where each of them stands in it.
class Words {
 public:
  void add(std::string_view text) { isAscii(text) ? addFolded(text) : addFolded(fold(text)); }

  void addNarrative(std::string_view xhtml) {
    std::string shown;
    markup::appendNarrativeText(xhtml, shown);
    add(shown);
  }

  std::vector<std::string_view> inOrder() const {
    std::vector<std::string_view> out;
    out.reserve(places_.size());
    for (const auto& [start, length] : places_) out.push_back(std::string_view(text_).substr(start, length));
    return out;
  }

  std::string sorted() const {
    auto all = inOrder();
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    std::string out;
    out.reserve(text_.size() + all.size());
    for (const auto word : all) {
      if (!out.empty()) out += ' ';
      out += word;
    }
    return out;
  }

 private:
  // ASCII may be in upper case still.
  void addFolded(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (byte < 0x80) {
        if (isAsciiSpelling(byte)) {
          text_ += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : text[i];
        } else {
          end();
        }
        ++i;
        continue;
      }
      utf8proc_int32_t character = 0;
      const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + i;
      const auto read = utf8proc_iterate(at, static_cast<utf8proc_ssize_t>(text.size() - i), &character);
      const auto length = static_cast<std::size_t>(std::max<utf8proc_ssize_t>(read, 1));
      isSpelling(character) ? void(text_.append(text, i, length)) : end();
      i += length;
    }
    end();
  }

  // What has come since the last word is one; of a long one the beginning, by whole characters.
  void end() {
    std::size_t length = text_.size() - start_;
    if (length == 0) return;
    if (length > longestWord) {
      length = longestWord;
      while ((static_cast<unsigned char>(text_[start_ + length]) & 0xC0U) == 0x80U) --length;
      text_.resize(start_ + length);
    }
    places_.emplace_back(start_, length);
    start_ = text_.size();
  }

  std::string text_;
  std::size_t start_ = 0;  // of the word that is being read
  std::vector<std::pair<std::size_t, std::size_t>> places_;
};

// A string by its type, but the address that a Reference holds; ids of elements are no text either.
bool isWritten(const Element& element) {
  static const ElementDefinition* const address = findType("Reference")->findElement("reference");
  const auto* definition = element.property == nullptr ? nullptr : element.property->element;
  return definition == nullptr || (!definition->isAttribute && definition != address);
}

void addAll(const Element& element, Words& words) {
  switch (element.type->primitive) {
    case Primitive::string:
      if (isWritten(element)) words.add(element.text);
      break;
    case Primitive::markdown:
      words.add(element.text);
      break;
    case Primitive::xhtml:
      words.addNarrative(element.text);
      break;
    default:
      break;
  }
  for (const auto* child = element.firstChild; child != nullptr; child = child->next) addAll(*child, words);
}

}  // namespace

bool isFullText(const SearchParameter& parameter) noexcept {
  return parameter.expression.empty() && (parameter.code == "_text" || parameter.code == "_content");
}

std::vector<std::string> words(std::string_view text) {
  Words all;
  all.add(text);
  const auto found = all.inOrder();
  return {found.begin(), found.end()};
}

std::string wordsOfNarrative(const Resource& resource) {
  const auto* narrative = resource.root().child("text");
  if (narrative == nullptr) return {};
  Words all;
  all.addNarrative(narrative->childText("div"));
  return all.sorted();
}

std::string wordsOfContent(const Resource& resource) {
  Words all;
  addAll(resource.root(), all);
  return all.sorted();
}

}  // namespace fhir::search
