// Turns the events of RapidJSON's reader into the elements of a Resource, and notes every structural fault on
// the way.
//
// The reader works in place: names and texts point into the buffer, which lives in the Resource's arena. A
// value at fault is noted and left out or kept as it is; the tree is handed on only when there was no fault.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "fhir/json/json.h"
#include "fhir/json/messages.h"
#include "fhir/model/faults.h"
#include "fhir/model/growth.h"
#include "rapidjson/reader.h"

namespace fhir::json {

class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
 public:
  // `stream` is the one the reader reads, `end` the end of its text. All must outlive the builder.
  Builder(Resource& resource, const rapidjson::InsituStringStream& stream, const char* end,
          const Limits& limits, Faults& faults);

  // Events; false ends the parsing (a limit was passed).
  bool Null();
  bool Bool(bool value);
  bool RawNumber(const char* text, rapidjson::SizeType size, bool copy);
  bool String(const char* text, rapidjson::SizeType size, bool copy);
  bool StartObject();
  bool Key(const char* name, rapidjson::SizeType size, bool copy);
  bool EndObject(rapidjson::SizeType members);
  bool StartArray();
  bool EndArray(rapidjson::SizeType items);

 private:
  enum class Member : std::uint8_t { element, resourceType, unknown };

  // An object or array that is open.
  struct Frame {
    Element* element;          // the object's own element; the owner of an array's items
    const Property* property;  // the member whose value comes next; the member that the array is
    Element* cursor;           // array: the item of the other array (value or "_value") at the next position
    std::uint64_t values;      // bits by ElementDefinition::order: members seen in this object,
    std::uint64_t siblings;    // and those seen with '_'
    std::uint32_t count;       // array: items so far
    bool isArray;
    bool isSibling;     // the member is written with '_'
    bool isAligned;     // array: the other one came first, so the items are there
    bool isMisaligned;  // array: it has more items than the other one
    bool isUnsorted;    // object: a child stands before one of a lower order
    bool hasNulls;      // object: a child may have neither a value nor children
    bool isResource;    // object: has resourceType
    bool hasResourceType;
    Member member;
  };

  bool value(JsonKind kind, std::string_view text);
  bool openResource(Frame& frame);
  void openObject(Element& element, bool isResource);
  Element& place(Frame& frame);
  Element& append(Frame& owner, const Property& property);
  bool claim(Frame& frame, const Property& property, bool sibling);
  bool isAside(const Frame& frame, Found found);
  void skip() noexcept { skipped_ = 1; }
  bool descend();
  bool goesOn();
  void closeNulls(const Frame& frame);

  std::string path(const Frame& frame) const;
  void wrongType(const Frame& frame, Found found);
  void shapeFault(const Frame& frame, bool arrayFound);

  Resource& resource_;
  Growth growth_;
  const rapidjson::InsituStringStream& stream_;
  const char* end_;
  const Limits& limits_;
  Faults& faults_;
  std::vector<Frame> frames_;
  std::size_t depth_ = 0;
  std::size_t skipped_ = 0;  // open objects and arrays inside a value that is not looked at
};

}  // namespace fhir::json
