// A small file with secrets: read whole into memory that is wiped, if nobody may read it who should not.
//
// Threading: pure functions. Errors: the words say what is wrong, after the file's name; never what it holds.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>

#include "fhir/model/outcome.h"
#include "src/keys/wiped.h"

namespace keys {

// Differs after a file was changed, replaced, or given another mode.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t changed = 0;  // ctime in nanoseconds of the epoch: unlike mtime nobody can set it back

  bool operator==(const FileStamp&) const = default;
};

// nullopt: there is no such file, or it cannot be seen.
std::optional<FileStamp> stampOf(const std::string& name);

struct PrivateFile {
  WipedBytes content;
  FileStamp stamp;
  // Whether a later change must give another stamp: not when the last one was so short ago that the file
  // system's clock may not have moved since.
  bool settled = false;
};

// A regular file (or a link to one) of up to 64 KiB with none of the mode's bits `forbidden` set.
fhir::Result<PrivateFile> readPrivateFile(const std::string& name, mode_t forbidden);

// As content the first line, without white space at its end, of a file that others may not read (a group may:
// it is how container platforms hand out secrets). Not empty.
fhir::Result<PrivateFile> readSecretLine(const std::string& name);

}  // namespace keys
