// Names and namespaces in XML: which of the few that FHIR knows a prefix stands for at a place.
//
// Specification: Namespaces in XML 1.0 (3rd edition). Threading: one thread at a time. Ownership: prefixes
// are views of the text that is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

namespace fhir::markup {

inline constexpr std::string_view fhirNamespace = "http://hl7.org/fhir";
inline constexpr std::string_view xhtmlNamespace = "http://www.w3.org/1999/xhtml";

enum class Namespace : std::uint8_t { none, fhir, xhtml, schemaInstance, xml, other, undeclared };

struct Name {
  std::string_view prefix;
  std::string_view local;
  Namespace space = Namespace::none;

  bool operator==(const Name&) const noexcept = default;
};

// The name at the start of `text` as it is written ("f:Patient"); empty when there is none. More than one
// colon, or one at an end, makes it none.
std::string_view takeName(std::string_view text) noexcept;
inline Name splitName(std::string_view written) noexcept {
  const std::size_t colon = written.find(':');
  if (colon == std::string_view::npos) return {{}, written};
  return {written.substr(0, colon), written.substr(colon + 1)};
}

// The declarations that hold at a place.
class Bindings {
 public:
  static constexpr std::size_t most = 64;  // declarations in force at once

  explicit Bindings(std::pmr::memory_resource& arena) : bindings_(&arena) {}

  // What is wrong with the declaration; empty when it holds from now on. Those from `first` on are of the
  // same tag.
  std::string_view declare(std::string_view prefix, std::string_view uri, std::size_t first);
  Namespace find(std::string_view prefix) const noexcept;

  std::size_t size() const noexcept { return bindings_.size(); }
  void shrink(std::size_t size) { bindings_.resize(size); }

 private:
  struct Binding {
    std::string_view prefix;
    Namespace space = Namespace::none;
  };
  std::pmr::vector<Binding> bindings_;
};

}  // namespace fhir::markup
