// Writes docs/mappings.md from the mapping files: document <mappings directory> <introduction.md> >
// docs/mappings.md
#include <fstream>
#include <iostream>

#include "src/store/mapping/mapping.h"

int main(int argumentCount, char** arguments) {
  if (argumentCount != 3) {
    std::cerr << "usage: hv_document_mappings <mappings directory> <introduction.md>\n";
    return 2;
  }
  const auto mappings = store::Mappings::load(arguments[1]);
  if (!mappings) {
    for (const fhir::Issue& issue : mappings.outcome().issues()) std::cerr << issue.diagnostics << '\n';
    return 1;
  }
  std::ifstream introduction(arguments[2]);
  if (!introduction) {
    std::cerr << arguments[2] << ": can't be read\n";
    return 1;
  }
  std::cout << introduction.rdbuf() << '\n';
  bool first = true;
  for (const store::Mapping& mapping : mappings->all()) {
    if (!first) std::cout << '\n';
    first = false;
    std::cout << mapping.document();
  }
  return 0;
}
