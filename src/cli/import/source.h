// Source: a file to import, and the resources in it.
//
// Known forms: NDJSON (.ndjson), one Bundle or resource (.json, .xml); each also as .gz or .bz2. A folder
// gives the files in it, sorted by name, with all folders below. Threading: value types; readText may be
// called by many threads. Errors: in the Outcome, with the file's name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"

namespace cli {

struct Source {
  std::string path;
  std::string name;         // as it is shown: the path below what was asked for
  std::uint64_t bytes = 0;  // size on disk
  bool lines = false;       // NDJSON
};

struct Sources {
  std::vector<Source> sources;
  std::vector<std::string> leftOut;  // files of the folders that have another ending
};

// All sources below the given files and folders. A path that does not exist, holds nothing to import or a
// folder that can't be read is an error.
fhir::Result<Sources> findSources(const std::vector<std::string>& paths);

// The file's text, decompressed.
fhir::Result<std::string> readText(const Source&);

// One resource, in JSON or XML; the text says which.
fhir::Result<fhir::Resource> parseText(std::string_view text);

// Name and content together, so that a changed file is another source: "Patient.ndjson#<sha256>".
std::string sourceKey(const Source&, std::string_view text);

}  // namespace cli
