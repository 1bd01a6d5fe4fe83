// SearchParameter/$status: which of the stored SearchParameters can be searched by, and how far their indexes
// are. Not R4's but this server's own; docs/search.md says more.
#include <array>

#include "src/rest/call.h"
#include "src/rest/operations/inputs.h"
#include "src/rest/operations/outputs.h"

namespace rest {
namespace {

using store::ParameterStatus;

std::string_view code(ParameterStatus::State state) noexcept {
  static constexpr std::array<std::string_view, 5> codes{"inactive", "refused", "waiting", "building",
                                                         "ready"};
  return codes[static_cast<std::size_t>(state)];
}

void add(operations::Outputs& outputs, const ParameterStatus& status) {
  auto& one = outputs.add("searchParameter");
  outputs.text(one, "id", "valueId", status.id);
  outputs.text(one, "url", "valueUri", status.url);
  outputs.text(one, "code", "valueCode", status.code);
  outputs.text(one, "status", "valueCode", code(status.state));
  outputs.text(one, "reason", "valueString", status.reason);
  if (status.failed > 0) outputs.text(one, "failed", "valueDecimal", std::to_string(status.failed));
  if (status.state != ParameterStatus::State::building) return;
  outputs.text(one, "done", "valueDecimal", std::to_string(status.done));
  outputs.text(one, "total", "valueDecimal", std::to_string(status.total));
}

}  // namespace

Answer searchParameterStatus(Call& call) {
  auto inputs = operations::Inputs::read(call, operations::kSearchParameterStatus);
  if (!inputs) return std::move(inputs).outcome();
  auto all = call.session.parameterStatus();
  if (!all) return std::move(all).outcome();
  const std::string_view url = inputs->text("url");
  operations::Outputs outputs;
  bool found = url.empty() && call.target.id.empty();
  for (const auto& status : *all) {
    if ((!url.empty() && status.url != url) || (!call.target.id.empty() && status.id != call.target.id))
      continue;
    found = true;
    add(outputs, status);
  }
  if (!found)
    return fhir::Outcome(fhir::Failure::notFound, fhir::IssueType::notFound,
                         "No SearchParameter of this url or id is stored here.",
                         call.target.id.empty() ? "url" : "");
  return outputs.answer(call);
}

}  // namespace rest
