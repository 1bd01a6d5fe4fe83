#include "src/smart/people/words.h"

#include <optional>
#include <utility>

namespace people {
namespace {

Message actionWords(const AskedScope& scope) {
  std::optional<Message> out;
  const auto add = [&out](bool has, const char* key) {
    if (!has) return;
    Message next = Message::of(key);
    out = out ? Message::of("action.and", {{"first", *std::move(out)}, {"second", std::move(next)}}) : next;
  };
  add(scope.read, "action.read");
  add(scope.create, "action.create");
  add(scope.update, "action.update");
  add(scope.remove, "action.remove");
  return out ? *std::move(out) : Message();
}

}  // namespace

Message typeWords(const std::string& type, const Texts& texts) {
  if (type == "*") return Message::of("type.all");
  std::string key = "type." + type;
  if (texts.has(key)) return Message::of(std::move(key));
  return Message::of("type.other", {{"type", Message::plain(type)}});
}

Message wordsOf(const AskedScope& scope, const Texts& texts) {
  using Level = AskedScope::Level;
  if (scope.level == Level::patient || scope.level == Level::user) {
    std::vector<Filling> values{{"actions", actionWords(scope)}, {"what", typeWords(scope.type, texts)}};
    if (scope.restriction.empty()) return Message::of("scope.resource", std::move(values));
    values.push_back({"restriction", Message::plain(scope.restriction)});
    return Message::of("scope.limited", std::move(values));
  }
  std::string key = "scope." + scope.text;
  if (texts.has(key)) return Message::of(std::move(key));
  return Message::of("scope.other", {{"scope", Message::plain(scope.text)}});
}

}  // namespace people
