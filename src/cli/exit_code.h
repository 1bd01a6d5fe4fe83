// Exit codes of hvfhir. docs/operations.md and the help tell them to people; scripts rely on them.
#pragma once

#include <cstdint>
#include <string>

#include "fhir/model/outcome.h"

namespace cli {

enum class ExitCode : std::uint8_t {
  done = 0,
  failed = 1,       // it ran and did not succeed; standard error says why
  usage = 2,        // the command line or the configuration is wrong; nothing was done
  unreachable = 3,  // the database cannot be reached
  refused = 4,      // some of the input was refused; the rest was done
};

// Writes every issue to standard error and says which code it ends with.
ExitCode report(const fhir::Outcome&);

// "hvfhir: <sentence>" on standard error.
void complain(const std::string& sentence);

}  // namespace cli
