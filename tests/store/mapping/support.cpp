#include "tests/store/mapping/support.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>

namespace test {

namespace {

std::string sourceDirectory() {
  const char* directory = std::getenv("HV_SOURCE_DIR");
  return directory == nullptr ? "." : directory;
}

}  // namespace

const store::Mappings& mappings() {
  static const store::Mappings loaded = [] {
    auto result = store::Mappings::load(sourceDirectory() + "/mappings");
    if (!result) BOOST_FAIL(result.outcome().toJson());
    return *std::move(result);
  }();
  return loaded;
}

const store::Mapping& mappingOf(std::string_view type) {
  const auto* definition = fhir::findResourceType(type);
  BOOST_REQUIRE(definition != nullptr);
  const store::Mapping* mapping = mappings().find(*definition);
  BOOST_REQUIRE(mapping != nullptr);
  return *mapping;
}

fhir::Resource parse(std::string_view json) {
  auto resource = fhir::json::parse(json);
  if (!resource) BOOST_FAIL(resource.outcome().toJson() + "\n" + std::string(json));
  return *std::move(resource);
}

std::string canonical(std::string_view json) {
  fhir::Resource resource = parse(json);
  if (const auto* constMeta = resource.root().child("meta")) {
    auto& meta = const_cast<fhir::Element&>(*constMeta);
    for (const char* name : {"versionId", "lastUpdated"}) {
      if (const auto* child = meta.child(name)) resource.remove(const_cast<fhir::Element&>(*child));
    }
    if (meta.firstChild == nullptr) resource.remove(meta);
  }
  return fhir::json::toString(resource);
}

std::string messages(std::string_view fileName, std::string_view mappingFile) {
  const auto mapping = store::Mapping::compile(fileName, mappingFile);
  std::string text;
  if (mapping) return text;
  for (const fhir::Issue& issue : mapping.outcome().issues()) text += issue.diagnostics + '\n';
  return text;
}

std::string decode(const store::Mapping& mapping, const Row& row, std::string_view residual) {
  std::vector<std::optional<std::string_view>> values;
  std::size_t used = 0;
  for (const store::MappedColumn& column : mapping.columns()) {
    const auto found = row.find(column.name);
    if (found == row.end()) {
      values.emplace_back();
    } else {
      values.emplace_back(found->second);
      ++used;
    }
  }
  BOOST_REQUIRE_EQUAL(used, row.size());  // every column of the test's row is one of the mapping's
  std::string json;
  mapping.decode(values, residual, {"x", "1", "2026-01-01T00:00:00.000Z"}, json);
  return json;
}

std::string decode(const store::Mapping& mapping, const store::Encoded& encoded) {
  return decode(mapping, rowOf(mapping, encoded), encoded.residual);
}

Row rowOf(const store::Mapping& mapping, const store::Encoded& encoded) {
  Row row;
  BOOST_REQUIRE_EQUAL(mapping.columns().size(), encoded.values.size());
  for (std::size_t i = 0; i < encoded.values.size(); ++i) {
    if (encoded.values[i]) row[mapping.columns()[i].name] = *encoded.values[i];
  }
  return row;
}

std::string member(std::string_view json, std::string_view name) {
  const fhir::Resource resource = parse(json);
  std::string text;
  fhir::json::writeMember(resource.root(), name, text);
  return text;
}

}  // namespace test
