#include "src/cli/import/source.h"

#include <bzlib.h>
#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

namespace cli {
namespace {

namespace files = std::filesystem;
using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

constexpr std::size_t kChunk = 1U << 16U;
constexpr std::size_t kLargest = std::size_t{4} << 30U;  // decompressed; more is a bomb or wants splitting

std::string_view withoutCompression(std::string_view name) {
  for (const std::string_view ending : {".gz", ".bz2"}) {
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  }
  return name;
}

bool isSource(std::string_view name) {
  const std::string_view plain = withoutCompression(name);
  return plain.ends_with(".ndjson") || plain.ends_with(".json");
}

Source sourceOf(const files::path& path, std::string name) {
  Source out;
  out.path = path.string();
  out.name = std::move(name);
  std::error_code ignored;
  out.bytes = files::file_size(path, ignored);
  out.lines = withoutCompression(out.name).ends_with(".ndjson");
  return out;
}

Outcome unreadable(const Source& source, std::string_view why) {
  return {Failure::badRequest, IssueType::processing,
          source.name + " cannot be read: " + std::string(why) + "."};
}

std::optional<std::string> gunzip(const std::string& path) {
  const std::unique_ptr<gzFile_s, decltype(&gzclose)> file(gzopen(path.c_str(), "rb"), &gzclose);
  if (!file) return std::nullopt;
  std::string out;
  std::array<char, kChunk> chunk{};
  for (int n = 0; (n = gzread(file.get(), chunk.data(), kChunk)) != 0;) {
    if (n < 0 || out.size() > kLargest) return std::nullopt;
    out.append(chunk.data(), static_cast<std::size_t>(n));
  }
  return out;
}

std::optional<std::string> bunzip(const std::string& path) {
  const std::unique_ptr<void, decltype(&BZ2_bzclose)> file(BZ2_bzopen(path.c_str(), "rb"), &BZ2_bzclose);
  if (!file) return std::nullopt;
  std::string out;
  std::array<char, kChunk> chunk{};
  for (int n = 0; (n = BZ2_bzread(file.get(), chunk.data(), kChunk)) != 0;) {
    if (n < 0 || out.size() > kLargest) return std::nullopt;
    out.append(chunk.data(), static_cast<std::size_t>(n));
  }
  return out;
}

std::optional<std::string> readPlain(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

fhir::Result<std::vector<Source>> findSources(const std::vector<std::string>& paths) {
  std::vector<Source> out;
  for (const std::string& path : paths) {
    std::error_code error;
    const std::size_t before = out.size();
    if (files::is_directory(path, error)) {
      for (const auto& entry : files::recursive_directory_iterator(path, error)) {
        if (!entry.is_regular_file() || !isSource(entry.path().string())) continue;
        out.push_back(sourceOf(entry.path(), files::relative(entry.path(), path).string()));
      }
      std::sort(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(),
                [](const Source& a, const Source& b) { return a.name < b.name; });
    } else if (files::is_regular_file(path, error) && isSource(path)) {
      out.push_back(sourceOf(path, files::path(path).filename().string()));
    }
    if (out.size() == before) {
      return Outcome(Failure::badRequest, IssueType::notFound,
                     "Nothing to read at " + path +
                         ". Name .ndjson or .json files (also .gz, .bz2) or a folder of them.");
    }
  }
  return out;
}

fhir::Result<std::string> readText(const Source& source) {
  std::optional<std::string> text = source.path.ends_with(".gz")    ? gunzip(source.path)
                                    : source.path.ends_with(".bz2") ? bunzip(source.path)
                                                                    : readPlain(source.path);
  if (!text) return unreadable(source, "the file is damaged, too large or not to be opened");
  return *std::move(text);
}

std::string sourceKey(const Source& source, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string out = source.name + "#";
  constexpr std::string_view kHex = "0123456789abcdef";
  for (unsigned i = 0; i < size; ++i) {
    out += kHex[digest[i] >> 4U];
    out += kHex[digest[i] & 15U];
  }
  return out;
}

}  // namespace cli
