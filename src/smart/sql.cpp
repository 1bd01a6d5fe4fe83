#include "src/smart/sql.h"

#include "src/smart/json.h"

namespace smart::sql {

std::string jsonArray(std::span<const std::string> texts) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartArray();
  for (const std::string& text : texts)
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  writer.EndArray();
  return {buffer.GetString(), buffer.GetSize()};
}

std::vector<std::string> readJsonArray(std::string_view json) {
  const auto document = JsonObject::parse(R"({"a":)" + std::string(json) + "}");
  return document ? textsMember(document->value(), "a").value_or(std::vector<std::string>())
                  : std::vector<std::string>();
}

}  // namespace smart::sql
