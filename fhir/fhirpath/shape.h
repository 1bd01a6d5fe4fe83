// Shape: what is known of a collection before an expression runs. Internal to this folder.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "fhir/fhirpath/node.h"

namespace fhir::fhirpath {

struct Shape {
  std::vector<const TypeDefinition*> types;  // the FHIR types its items may have
  std::uint16_t systems = 0;                 // the System types they may have, one bit for each Kind
  bool unknown = false;                      // they may be anything
  bool many = false;                         // there may be several
  bool several = false;                      // there are certainly several
  bool ordered = true;

  static constexpr std::uint16_t bit(Kind kind) noexcept {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(kind));
  }
  static Shape of(Kind kind) {
    Shape shape;
    shape.systems = bit(kind);
    return shape;
  }
  static Shape of(const TypeDefinition& type) {
    Shape shape;
    shape.types.push_back(&type);
    return shape;
  }
  static Shape anything() {
    Shape shape;
    shape.unknown = shape.many = true;
    return shape;
  }
  // Certainly no items at all.
  bool isEmpty() const noexcept { return !unknown && types.empty() && systems == 0; }
  // Certainly System values only, each of one of these kinds.
  bool isOnly(std::uint16_t kinds) const noexcept {
    return !unknown && types.empty() && systems != 0 && (systems & ~kinds) == 0;
  }
  // Whether an item may be, or turn into, a System value of this kind.
  bool mayBe(Kind kind) const noexcept;
  Shape oneOf() const {
    Shape shape = *this;
    shape.many = shape.several = false;
    return shape;
  }
  void merge(const Shape& other);
};

}  // namespace fhir::fhirpath
