// Scopes in plain words, for the person who decides about them.
#pragma once

#include "src/smart/people/authorizations.h"
#include "src/smart/people/texts.h"

namespace people {

Message wordsOf(const AskedScope& scope, const Texts& texts);
// Resources of a type ("*": of all).
Message typeWords(const std::string& type, const Texts& texts);

}  // namespace people
