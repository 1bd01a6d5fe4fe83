// R4's own code systems and value sets, out of the facts (README.md).
//
// The facts are part of the program: a fault in them is a programming error, which the tests would show.
#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fhir/json/json.h"
#include "fhir/terminology/canonical.h"
#include "fhir/terminology/facts.h"
#include "fhir/terminology/source.h"

namespace fhir::terminology {
namespace {

constexpr char codeSystemLine = 1;
constexpr char valueSetLine = 2;

std::string_view takeLine(std::string_view& text) noexcept {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// The n-th fragment's character; those that mean white space are left out.
std::size_t fragmentOf(char c) noexcept {
  const auto code = static_cast<unsigned char>(c);
  return code < 14 ? code - 1U : code - 6U;
}

template <class T>
struct Entry {
  std::vector<std::string_view> lines;  // one for each version
  mutable std::once_flag once;          // guards made
  mutable Canonicals<T> made;
};

class R4 final : public Source {
 public:
  R4() {
    std::string_view text = facts();
    std::string_view header = takeLine(text);
    while (!header.empty()) {
      const std::size_t end = std::min(header.find('\t'), header.size());
      fragments_.push_back(header.substr(0, end));
      header.remove_prefix(std::min(end + 1, header.size()));
    }
    while (!text.empty()) {
      const std::string_view line = takeLine(text);
      if (line.empty()) continue;
      if (line[0] == codeSystemLine) declare(line, codeSystems_, codeSystemUrls_);
      if (line[0] == valueSetLine) declare(line, valueSets_, valueSetUrls_);
    }
    std::sort(codeSystemUrls_.begin(), codeSystemUrls_.end());
    std::sort(valueSetUrls_.begin(), valueSetUrls_.end());
  }

  const CodeSystem* codeSystem(std::string_view canonical) const override {
    return find(codeSystems_, canonical,
                [](Resource resource) { return CodeSystem::read(std::move(resource)); });
  }
  const ValueSet* valueSet(std::string_view canonical) const override {
    return find(valueSets_, canonical, [](Resource resource) { return ValueSet::read(std::move(resource)); });
  }

  std::span<const std::string_view> codeSystemUrls() const noexcept { return codeSystemUrls_; }
  std::span<const std::string_view> valueSetUrls() const noexcept { return valueSetUrls_; }
  bool defines(std::string_view url) const {
    if (valueSets_.contains(std::string(url))) return true;
    const CodeSystem* system = codeSystem(url);
    return system && system->content == Content::complete;
  }

 private:
  // Nodes stay where they are, so that urls may be views of their keys.
  template <class T>
  using Entries = std::unordered_map<std::string, Entry<T>>;

  std::string expanded(std::string_view line) const {
    std::string text;
    text.reserve(2 * line.size());
    for (const char c : line) {
      if (static_cast<unsigned char>(c) >= ' ') {
        text += c;
      } else {
        text += fragments_[fragmentOf(c)];
      }
    }
    return text;
  }

  template <class T>
  void declare(std::string_view line, Entries<T>& entries, std::vector<std::string_view>& urls) {
    std::size_t end = 1;
    while (line[end] != '"' && isOfUrl(line[end])) ++end;
    auto [at, isNew] = entries.try_emplace(expanded(line.substr(1, end - 1)));
    at->second.lines.push_back(line);
    if (isNew) urls.push_back(at->first);
  }

  // A character of its own, or one that stands for a part of an url.
  bool isOfUrl(char c) const noexcept {
    return static_cast<unsigned char>(c) >= ' ' || fragments_[fragmentOf(c)].starts_with("http");
  }

  template <class T, class Read>
  const T* find(const Entries<T>& entries, std::string_view canonical, const Read& read) const {
    const auto found = entries.find(std::string(canonicalOf(canonical).url));
    if (found == entries.end()) return nullptr;
    const Entry<T>& entry = found->second;
    std::call_once(entry.once, [&] {
      for (const std::string_view line : entry.lines) {
        auto parsed = json::parse(expanded(line));
        if (!parsed) continue;
        if (auto made = read(*std::move(parsed))) entry.made.insert(*std::move(made));
      }
    });
    return entry.made.find(canonical);
  }

  std::vector<std::string_view> fragments_;
  Entries<CodeSystem> codeSystems_;
  Entries<ValueSet> valueSets_;
  std::vector<std::string_view> codeSystemUrls_, valueSetUrls_;
};

const R4& instance() {
  static const R4 r4;
  return r4;
}

}  // namespace

const Source& r4() noexcept {
  return instance();
}

std::span<const std::string_view> r4CodeSystems() noexcept {
  return instance().codeSystemUrls();
}

std::span<const std::string_view> r4ValueSets() noexcept {
  return instance().valueSetUrls();
}

bool isDefinedByR4(std::string_view url) noexcept {
  return instance().defines(url);
}

}  // namespace fhir::terminology
