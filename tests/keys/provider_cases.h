// What every provider must do: provider_cases.cpp asks each that the test program has.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "src/keys/provider.h"

namespace keys::test {

// What holds the keys, outside the provider: a file, a token, a Vault.
class Holder {
 public:
  virtual ~Holder() = default;
  virtual ProviderOptions options() const = 0;
  virtual void rotate() = 0;     // another key wraps from now on
  virtual void removeOld() = 0;  // the keys that wrapped before the last rotation are no more

  std::unique_ptr<Provider> open() const;
};

struct NamedHolder {
  std::string name;
  std::function<std::unique_ptr<Holder>()> make;
};

// Each test program says which it has.
std::vector<NamedHolder> holders();

// The type of the refusal's one issue and its words; fails the test when it is not unavailable.
template <class T>
std::string refusal(const fhir::Result<T>& result) {
  if (result.ok()) return "done";
  const fhir::Outcome& outcome = result.outcome();
  if (outcome.failure() != fhir::Failure::unavailable || outcome.issues().size() != 1)
    return "not unavailable";
  return std::string(code(outcome.issues().front().type)) + ": " + outcome.issues().front().diagnostics;
}

bool contains(std::string_view text, std::string_view part);
bool same(const Secret& a, const Secret& b);

}  // namespace keys::test
