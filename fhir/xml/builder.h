// Turns the tokens of a document into the elements of a Resource, and notes every structural fault on the
// way.
//
// What is at fault is noted and left out or kept as it is; the tree is handed on only when there was no
// fault. Values are views of the text, which lives in the Resource's arena, or of the arena itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/markup/reader.h"
#include "fhir/model/faults.h"
#include "fhir/model/growth.h"
#include "fhir/xml/xml.h"

namespace fhir::xml {

class Builder {
 public:
  // `text` is what the reader reads. All must outlive the builder.
  Builder(Resource& resource, std::string_view text, markup::Reader& reader, const Limits& limits,
          Faults& faults);

  // Reads to the end of the document. False: reader.fault() says why, or faults has one that ends the
  // reading.
  bool run();

 private:
  // An element that is open.
  struct Frame {
    Element* element = nullptr;        // itself; of one that holds a resource: its parent
    const Property* holder = nullptr;  // <contained>, <resource>: the property whose value is the resource
    std::size_t depth = 0;             // as ParseLimits counts
    std::uint64_t seen = 0;            // bits by ElementDefinition::order: its children so far
    std::uint16_t order = 0;           // of the last child
    bool isUnsorted = false;           // an attribute's element stands before one of a lower order
    bool isFilled = false;             // has content, though it may be at fault
  };

  bool open(const markup::Token& token);
  bool openChild(Frame& frame, const markup::Token& token);
  bool openResource(Frame& frame, const markup::Token& token);
  void close();
  void text();

  const Property* expected(Frame& frame, const markup::Token& token);
  bool isInPlace(Frame& frame, const Property& property);
  bool narrative(Frame& frame, const Property& property, const markup::Token& start);
  bool push(Element& element, const Property* holder, std::size_t depth);
  void takeAttributes(Frame& frame);
  bool takeAttribute(Frame& frame, const markup::Attribute& attribute);
  void setValue(Element& element, std::string_view value);

  std::string path(const Frame& frame) const;
  void fault(std::string message, std::string path);

  Resource& resource_;
  std::string_view text_;
  markup::Reader& reader_;
  const Limits& limits_;
  Faults& faults_;
  Growth growth_;
  std::vector<Frame> frames_;
  std::size_t skipped_ = 0;  // open elements inside one that is not looked at
};

}  // namespace fhir::xml
