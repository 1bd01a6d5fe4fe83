#include "src/smart/form.h"

#include <unordered_set>

#include "src/http/text.h"

namespace smart {
namespace {

constexpr std::size_t kLongestBody = 64 * 1024;
constexpr std::string_view kMediaType = "application/x-www-form-urlencoded";

Error wrong(std::string_view why) {
  return {400, "invalid_request", std::string(why)};
}

}  // namespace

Answer<Form> Form::ofBody(const http::Request& request) {
  const std::string* const type = request.header("Content-Type");
  const std::string_view media = type == nullptr
                                     ? std::string_view()
                                     : http::text::trim(std::string_view(*type).substr(0, type->find(';')));
  if (!http::text::equalsIgnoringCase(media, kMediaType))
    return wrong("The body must be application/x-www-form-urlencoded.");
  if (!request.query.empty()) return wrong("Parameters belong into the body, not into the URL.");
  if (request.body.size() > kLongestBody) return wrong("The body is too long.");
  auto parameters = http::parseParameters(request.body);
  if (!parameters) return wrong("The body is not well-formed.");
  return of(*std::move(parameters));
}

Answer<Form> Form::of(std::vector<http::Parameter> parameters) {
  std::unordered_set<std::string_view> names;
  for (const http::Parameter& each : parameters)
    if (!names.insert(each.name).second) return wrong("A parameter is sent twice.");
  Form out;
  out.parameters_ = std::move(parameters);
  return out;
}

const std::string* Form::get(std::string_view name) const noexcept {
  for (const http::Parameter& each : parameters_)
    if (each.name == name) return each.value.empty() ? nullptr : &each.value;
  return nullptr;
}

std::string_view Form::text(std::string_view name) const noexcept {
  const std::string* const found = get(name);
  return found == nullptr ? std::string_view() : *found;
}

}  // namespace smart
