#include "src/store/mapping/converter_items.h"

#include <algorithm>
#include <array>

#include "fhir/json/json.h"
#include "src/store/mapping/json_slice.h"

namespace store::mapping {

namespace {

class Items final : public Converter {
 public:
  Items(Column column, Program item, std::vector<Group> groups, std::vector<ItemKey> keys, Column plainKey)
      : column_(column),
        item_(std::move(item)),
        groups_(std::move(groups)),
        keys_(std::move(keys)),
        plainKey_(plainKey) {}

  bool decode(Row row, std::string& out) const override {
    const auto json = cell(row, column_);
    if (!json) return false;
    JsonWalk items(*json);
    if (!items.isArray()) return false;
    const std::size_t start = out.size();
    out += '[';
    bool any = false;
    while (items.next()) any |= decodeOne(items.value(), out);
    out += ']';
    if (!any) out.resize(start);
    return any;
  }

  bool encode(const fhir::Element& first, Values values) const override {
    std::string json;
    for (const fhir::Element* item = &first; item != nullptr; item = item->nextSame()) {
      std::array<std::optional<std::string>, maxItemKeys> cells;
      const Values slots = std::span(cells).first(keys_.size());
      if (!item_.encode(*item, slots)) continue;
      json += json.empty() ? "[" : ", ";
      encodeOne(slots, json);
    }
    if (json.empty()) return false;
    json += ']';
    set(values, column_, json);
    return true;
  }

 private:
  bool decodeOne(std::string_view json, std::string& out) const {
    std::array<std::optional<std::string_view>, maxItemKeys> cells;
    std::array<std::string, maxItemKeys> buffers;
    if (plainKey_ != noColumn && json.starts_with('"')) {
      const auto key = static_cast<std::size_t>(plainKey_);
      cells[key] = unquote(json, buffers[key]);
    }
    JsonWalk object(json);
    while (object.isObject() && object.next()) {
      const std::string_view value = object.value();
      const bool quoted = value.starts_with('"');
      const auto slot = slotOf(object.rawKey(), quoted);
      if (!slot) continue;
      if (quoted) {
        cells[*slot] = unquote(value, buffers[*slot]);
      } else if (value != "null" && !value.starts_with('{') && !value.starts_with('[')) {
        cells[*slot] = value;
      }
    }
    const std::size_t start = out.size();
    if (out.back() != '[') out += ',';
    out += '{';
    bool any = false;
    for (const Group& group : groups_) {
      any |= decodeGroup(item_, group, Row(cells.data(), keys_.size()), out) == Given::columns;
    }
    out += '}';
    if (!any) out.resize(start);
    return any;
  }

  // A key may stand for two columns, one for strings and one for the rest; a number where only strings are
  // known is taken.
  std::optional<std::size_t> slotOf(std::string_view name, bool quoted) const {
    std::optional<std::size_t> slot;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (keys_[i].name != name) continue;
      if (keys_[i].quoted == quoted) return i;
      if (keys_[i].quoted) slot = i;
    }
    return slot;
  }

  void encodeOne(Values cells, std::string& json) const {
    const auto filled =
        std::count_if(cells.begin(), cells.end(), [](const auto& value) { return value.has_value(); });
    if (filled == 1 && plainKey_ != noColumn && cells[static_cast<std::size_t>(plainKey_)]) {
      fhir::json::writeString(*cells[static_cast<std::size_t>(plainKey_)], json);
      return;
    }
    json += '{';
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (!cells[i]) continue;
      if (json.back() != '{') json += ", ";
      fhir::json::writeString(keys_[i].name, json);
      json += ": ";
      if (keys_[i].quoted) {
        fhir::json::writeString(*cells[i], json);
      } else {
        json += *cells[i];
      }
    }
    json += '}';
  }

  Column column_;
  Program item_;
  std::vector<Group> groups_;
  std::vector<ItemKey> keys_;
  Column plainKey_;
};

}  // namespace

std::unique_ptr<const Converter> makeItems(Column column, Program item, std::vector<Group> groups,
                                           std::vector<ItemKey> keys, Column plainKey) {
  return std::make_unique<const Items>(column, std::move(item), std::move(groups), std::move(keys), plainKey);
}

}  // namespace store::mapping
