// Folders of profiles for one test.
#pragma once

#include <string>

#include "tests/support/temporary_folder.h"

namespace rules::test {

using support::TemporaryFolder;

// A profile of Patient by which it has at least one name.
inline std::string profileJson(const std::string& url, const std::string& version = {}) {
  return R"({"resourceType":"StructureDefinition","url":")" + url + "\"," +
         (version.empty() ? "" : R"("version":")" + version + "\",") +
         R"("name":"Own","status":"active","kind":"resource","abstract":false,"type":"Patient",)"
         R"("baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint",)"
         R"("snapshot":{"element":[{"id":"Patient","path":"Patient","definition":"x","min":0,"max":"*"},)"
         R"({"id":"Patient.name","path":"Patient.name","definition":"x","min":1,"max":"*"}]}})";
}

}  // namespace rules::test
