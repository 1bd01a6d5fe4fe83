// Form: the parameters of a POST to an OAuth endpoint.
//
// Specification: RFC 6749, sections 3.2 and appendix B: application/x-www-form-urlencoded, each parameter at
// most once, one without a value counts as omitted. Threading: value type. Errors: `invalid_request`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/http/message.h"
#include "src/smart/error.h"

namespace smart {

class Form {
 public:
  // The body of a POST; a query in the URL is refused, since it would be logged on its way.
  static Answer<Form> ofBody(const http::Request&);
  // Of parameters from wherever.
  static Answer<Form> of(std::vector<http::Parameter>);

  // nullptr when it was not sent, or without a value.
  const std::string* get(std::string_view name) const noexcept;
  std::string_view text(std::string_view name) const noexcept;  // empty when it was not sent

 private:
  std::vector<http::Parameter> parameters_;
};

}  // namespace smart
