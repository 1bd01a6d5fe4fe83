// The pages: their templates, built in, and the values that each is given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "src/smart/people/html.h"
#include "src/smart/people/texts.h"

namespace people {

enum class Page : std::uint8_t {
  layout,
  signIn,
  message,
  home,
  consent,
  apps,
  record,
  password,
  clients,
  client,
  clientMade,
};

// A file of html/.
struct PageFile {
  std::string_view name;
  std::string_view text;
};
std::span<const PageFile> pageFiles();
std::string_view styleSheet();

// All templates, in the order of Page. Fails when one does not fit its values or the texts.
fhir::Result<std::vector<Template>> compilePages(const Texts& texts);

}  // namespace people
