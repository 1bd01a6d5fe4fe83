// An Event as JSON, its elements in the specification's order.
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>

#include "src/audit/event.h"
#include "src/platform/encoding.h"

namespace audit {
namespace {

constexpr std::string_view kReasons = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
constexpr std::string_view kSources = "http://terminology.hl7.org/CodeSystem/security-source-type";

// RFC 4648, section 4.
std::string base64(std::string_view bytes) {
  std::string out = platform::base64url(bytes);
  std::replace(out.begin(), out.end(), '-', '+');
  std::replace(out.begin(), out.end(), '_', '/');
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

// What FHIR's string may hold: the trail's own texts may have been written by anybody's SQL.
std::string legal(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (static_cast<unsigned char>(c) >= ' ' || c == '\n' || c == '\t' || c == '\r') out += c;
  return std::all_of(out.begin(), out.end(),
                     [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; })
             ? std::string()
             : out;
}

// A code has no space but single ones between words.
bool isCode(std::string_view text) noexcept {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c != '\x7f'; });
}

class Json {
 public:
  std::string finish() const { return {buffer_.GetString(), buffer_.GetSize()}; }

  void key(std::string_view name) { writer_.Key(name.data(), size(name)); }
  void value(std::string_view text) { writer_.String(text.data(), size(text)); }
  void begin() { writer_.StartObject(); }
  void begin(std::string_view name) {
    key(name);
    begin();
  }
  void end() { writer_.EndObject(); }
  void beginArray(std::string_view name) {
    key(name);
    writer_.StartArray();
  }
  void endArray() { writer_.EndArray(); }

  // What is empty is left out.
  void text(std::string_view name, std::string_view raw) {
    const std::string value = legal(raw);
    if (value.empty()) return;
    key(name);
    this->value(value);
  }
  void flag(std::string_view name, bool value) {
    key(name);
    writer_.Bool(value);
  }

  void coding(const Coding& coding) {
    begin();
    text("system", coding.system);
    text("code", coding.code);
    text("display", coding.display);
    end();
  }
  void coding(std::string_view name, const Coding& value) {
    key(name);
    coding(value);
  }
  void codeable(std::string_view name, const Coding& value) {
    begin(name);
    beginArray("coding");
    coding(value);
    endArray();
    end();
  }
  void who(std::string_view name, const Who& who) {
    if (who.empty()) return;
    begin(name);
    text("reference", who.version.empty() ? who.reference : who.reference + "/_history/" + who.version);
    text("type", who.type);
    if (!who.identifier.empty()) {
      begin("identifier");
      text("system", who.system);
      text("value", who.identifier);
      end();
    }
    text("display", who.display);
    end();
  }

 private:
  static rapidjson::SizeType size(std::string_view text) noexcept {
    return static_cast<rapidjson::SizeType>(text.size());
  }
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

void writeHead(Json& json, const Event& event) {
  json.text("resourceType", "AuditEvent");
  json.text("id", event.id);
  json.begin("meta");
  json.text("versionId", "1");
  json.text("lastUpdated", event.recorded);
  if (const std::string profile = event.profile(); !profile.empty()) {
    json.beginArray("profile");
    json.value(profile);
    json.endArray();
  }
  json.end();
  json.coding("type", event.type);
  if (event.subtypes.empty()) return;
  json.beginArray("subtype");
  for (const Coding& each : event.subtypes) json.coding(each);
  json.endArray();
}

void writePurpose(Json& json, const Event& event) {
  if (event.purpose.empty() && event.reason.empty()) return;
  json.beginArray("purposeOfEvent");
  json.begin();
  if (isCode(event.purpose)) {
    json.beginArray("coding");
    json.coding({kReasons, event.purpose, event.purpose == "BTG" ? "break the glass" : ""});
    json.endArray();
  }
  json.text("text", event.reason.empty() ? event.purpose : event.reason);
  json.end();
  json.endArray();
}

void writeAgent(Json& json, const Agent& agent) {
  json.begin();
  json.codeable("type", agent.type);
  json.who("who", agent.who);
  json.text("altId", agent.altId);
  json.text("name", agent.name);
  json.flag("requestor", agent.requestor);
  if (!agent.address.empty()) {
    json.begin("network");
    json.text("address", agent.address);
    json.text("type", agent.addressType);
    json.end();
  }
  json.end();
}

void writeEntity(Json& json, const Entity& entity) {
  json.begin();
  json.who("what", entity.what);
  json.coding("type", entity.type);
  if (entity.role) json.coding("role", *entity.role);
  json.text("name", entity.name);
  json.text("description", entity.description);
  if (entity.query) json.text("query", base64(*entity.query));
  json.end();
}

}  // namespace

std::string jsonOf(const Event& event) {
  Json json;
  json.begin();
  writeHead(json, event);
  json.text("action", event.action);
  if (!event.happened.empty()) {
    json.begin("period");
    json.text("start", event.happened);
    json.text("end", event.happened);
    json.end();
  }
  json.text("recorded", event.recorded);
  json.text("outcome", event.outcome);
  json.text("outcomeDesc", event.outcomeText);
  writePurpose(json, event);
  json.beginArray("agent");
  for (const Agent& each : event.agents) writeAgent(json, each);
  json.endArray();
  json.begin("source");
  json.text("site", kSite);
  json.who("observer", event.observer);
  json.beginArray("type");
  json.coding({kSources, "4", "Application Server"});
  json.endArray();
  json.end();
  if (!event.entities.empty()) {
    json.beginArray("entity");
    for (const Entity& each : event.entities) writeEntity(json, each);
    json.endArray();
  }
  json.end();
  return json.finish();
}

}  // namespace audit
