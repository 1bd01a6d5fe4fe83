#include "src/cli/import/source.h"

#include <bzlib.h>
#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <climits>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "fhir/json/json.h"
#include "fhir/xml/xml.h"

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
  return plain.ends_with(".ndjson") || plain.ends_with(".json") || plain.ends_with(".xml");
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

std::optional<std::string> readPlain(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::optional<std::string> gunzip(const std::string& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return std::nullopt;
  std::string out;
  std::array<char, kChunk> chunk{};
  int n = 0;
  while ((n = gzread(file, chunk.data(), kChunk)) > 0 && out.size() <= kLargest)
    out.append(chunk.data(), static_cast<std::size_t>(n));
  // A file that ends too early is found only here.
  const bool whole = gzclose_r(file) == Z_OK && n == 0;
  return whole ? std::optional(std::move(out)) : std::nullopt;
}

// One stream after the other, as pbzip2 writes them.
std::optional<std::string> bunzip(const std::string& path) {
  std::optional<std::string> packed = readPlain(path);
  if (!packed) return std::nullopt;
  bz_stream stream{};
  stream.next_in = packed->data();
  std::string out;
  std::array<char, kChunk> chunk{};
  for (std::size_t left = packed->size(); left > 0;) {
    if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK) return std::nullopt;
    int state = BZ_OK;
    while (state == BZ_OK && out.size() <= kLargest) {
      stream.avail_in = static_cast<unsigned>(std::min<std::size_t>(left, UINT_MAX));
      const std::size_t before = stream.avail_in;
      stream.next_out = chunk.data();
      stream.avail_out = kChunk;
      state = BZ2_bzDecompress(&stream);
      left -= before - stream.avail_in;
      out.append(chunk.data(), kChunk - stream.avail_out);
      if (state == BZ_OK && left == 0 && stream.avail_out != 0) state = BZ_UNEXPECTED_EOF;
    }
    BZ2_bzDecompressEnd(&stream);
    if (state != BZ_STREAM_END) return std::nullopt;
  }
  return out;
}

}  // namespace

fhir::Result<Sources> findSources(const std::vector<std::string>& paths) {
  Sources out;
  for (const std::string& path : paths) {
    std::error_code error;
    const std::size_t before = out.sources.size();
    if (files::is_directory(path, error)) {
      files::recursive_directory_iterator entry(path, error);
      for (; !error && entry != files::recursive_directory_iterator(); entry.increment(error)) {
        std::error_code unknown;
        if (entry->is_directory(unknown)) continue;
        std::string name = entry->path().lexically_relative(path).string();
        if (isSource(name)) {
          out.sources.push_back(sourceOf(entry->path(), std::move(name)));
        } else {
          out.leftOut.push_back(std::move(name));
        }
      }
      if (error)
        return Outcome(Failure::badRequest, IssueType::processing,
                       path + " cannot be read: " + error.message() + ".");
      std::sort(out.sources.begin() + static_cast<std::ptrdiff_t>(before), out.sources.end(),
                [](const Source& a, const Source& b) { return a.name < b.name; });
    } else if (files::exists(path, error) && isSource(path)) {
      out.sources.push_back(sourceOf(path, files::path(path).filename().string()));
    }
    if (out.sources.size() == before) {
      return Outcome(Failure::badRequest, IssueType::notFound,
                     "Nothing to read at " + path +
                         ". Name .ndjson, .json or .xml files (also .gz, .bz2) or a folder of them.");
    }
  }
  std::sort(out.leftOut.begin(), out.leftOut.end());
  return out;
}

fhir::Result<std::string> readText(const Source& source) {
  std::optional<std::string> text = source.path.ends_with(".gz")    ? gunzip(source.path)
                                    : source.path.ends_with(".bz2") ? bunzip(source.path)
                                                                    : readPlain(source.path);
  if (!text) return unreadable(source, "the file is damaged, too large or not to be opened");
  return *std::move(text);
}

fhir::Result<fhir::Resource> parseText(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  const bool isXml =
      begin != std::string_view::npos && (text[begin] == '<' || text.starts_with("\xEF\xBB\xBF<"));
  return isXml ? fhir::xml::parse(text) : fhir::json::parse(text);
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
