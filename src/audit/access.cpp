#include "src/audit/access.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>

#include "src/platform/encoding.h"
#include "src/platform/uuid.h"

namespace audit {
namespace {

// {"id":"00000000-0000-8000-8000-000000000000","time":...}
constexpr std::string_view kBegin = "{\"id\":\"";
constexpr std::size_t kIdSize = 36;
constexpr std::size_t kHead = kBegin.size() + kIdSize + 1;

// RFC 9562, section 5.8: the first bytes of a SHA-256.
std::string idOfRest(std::string_view rest) {
  const platform::Digest digest = platform::sha256(rest);
  platform::Uuid uuid;
  std::copy_n(digest.begin(), uuid.bytes.size(), uuid.bytes.begin());
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0F) | 0x80);
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3F) | 0x80);
  return uuid.toString();
}

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void add(Writer& writer, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  write(writer, value);
}

}  // namespace

std::string_view outcomeOf(int status) noexcept {
  if (status >= 500) return "failed";
  return status >= 400 ? "refused" : "success";
}

Line lineOf(const Access& access) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  add(writer, "id", "00000000-0000-8000-8000-000000000000");
  add(writer, "time", platform::formatMicroseconds(access.time));
  add(writer, "user", access.user);
  add(writer, "person", access.person);
  add(writer, "personType", access.personType);
  add(writer, "client", access.client);
  add(writer, "address", access.address);
  add(writer, "interaction", access.interaction);
  add(writer, "type", access.type);
  add(writer, "resource", access.resource);
  add(writer, "version", access.version);
  add(writer, "query", access.query);
  if (!access.patients.empty()) {
    writer.Key("patients");
    writer.StartArray();
    for (const std::string& patient : access.patients) write(writer, patient);
    writer.EndArray();
  }
  add(writer, "purpose", access.purpose);
  add(writer, "reason", access.reason);
  add(writer, "outcome", outcomeOf(access.status));
  writer.Key("status");
  writer.Int(access.status);
  add(writer, "request", access.request);
  writer.EndObject();
  Line line{{}, std::string(buffer.GetString(), buffer.GetSize())};
  line.id = idOfRest(std::string_view(line.text).substr(kHead));
  line.text.replace(kBegin.size(), kIdSize, line.id);
  return line;
}

std::string_view idIn(std::string_view line) noexcept {
  if (!line.starts_with(kBegin) || line.size() <= kHead) return {};
  return line.substr(kBegin.size(), kIdSize);
}

std::string idOf(std::string_view line) {
  return idIn(line).empty() ? std::string() : idOfRest(line.substr(kHead));
}

std::string_view personIn(std::string_view line) noexcept {
  // A quotation mark within a value stands behind a backslash.
  constexpr std::string_view kPerson = "\"person\":\"";
  const auto found = line.find(kPerson);
  if (found == std::string_view::npos) return {};
  line.remove_prefix(found + kPerson.size());
  return line.substr(0, line.find('"'));
}

}  // namespace audit
