#include "src/audit/context.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace audit {

std::string settingOf(const Context& context) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  writer.StartObject();
  add("user", context.user);
  add("person", context.person);
  add("personType", context.personType);
  add("client", context.client);
  add("address", context.address);
  add("interaction", context.interaction);
  add("purpose", context.purpose);
  add("request", context.request);
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace audit
