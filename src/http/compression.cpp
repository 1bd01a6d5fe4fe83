#include "src/http/compression.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "src/http/text.h"

namespace http {
namespace {

constexpr int kGzipWindow = 15 + 16;
// Within a few per cent of the default level's size for JSON, at less than half of its time.
constexpr int kLevel = 3;
constexpr std::size_t kStep = 64 * 1024;

// A weight in thousandths; 0 for one that can't be read, so that a doubt means "no".
int weightOf(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    const std::string_view parameter = text::nextElement(parameters, ';');
    if (parameter.size() < 3 || !text::equalsIgnoringCase(parameter.substr(0, 2), "q=")) continue;
    const std::string_view value = parameter.substr(2);
    if (value.size() > 5 || (value.front() != '0' && value.front() != '1')) return 0;
    int weight = (value.front() - '0') * 1000;
    if (value.size() > 1 && value[1] != '.') return 0;
    int place = 100;
    for (const char c : value.substr(std::min<std::size_t>(value.size(), 2))) {
      if (c < '0' || c > '9') return 0;
      weight += (c - '0') * place;
      place /= 10;
    }
    return std::min(weight, 1000);
  }
  return 1000;
}

Bytef* bytes(std::string_view text) noexcept {
  // zlib's next_in is not const in its default build; it is never written to.
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
}

}  // namespace

bool acceptsGzip(std::string_view acceptEncoding) noexcept {
  int gzip = -1;
  int identity = -1;
  int any = -1;
  while (!acceptEncoding.empty()) {
    std::string_view element = text::nextElement(acceptEncoding);
    const std::string_view coding = text::nextElement(element, ';');
    const int weight = weightOf(element);
    if (text::equalsIgnoringCase(coding, "gzip") || text::equalsIgnoringCase(coding, "x-gzip")) gzip = weight;
    if (text::equalsIgnoringCase(coding, "identity")) identity = weight;
    if (coding == "*") any = weight;
  }
  if (gzip < 0) gzip = std::max(any, 0);
  return gzip > 0 && gzip >= identity;
}

bool isCompressible(std::string_view contentType) noexcept {
  const std::string_view type = text::nextElement(contentType, ';');
  if (type.size() >= 5 && text::equalsIgnoringCase(type.substr(0, 5), "text/")) return true;
  for (const std::string_view ending : {"json", "xml", "javascript", "x-www-form-urlencoded", "graphql"}) {
    if (type.size() > ending.size() &&
        text::equalsIgnoringCase(type.substr(type.size() - ending.size()), ending)) {
      return true;
    }
  }
  return false;
}

struct Gzip::Impl {
  z_stream deflater{};
  z_stream inflater{};
  bool deflating = false;  // initialised
  bool inflating = false;

  ~Impl() {
    if (deflating) deflateEnd(&deflater);
    if (inflating) inflateEnd(&inflater);
  }

  bool readyToDeflate() {
    if (deflating) return deflateReset(&deflater) == Z_OK;
    deflating = deflateInit2(&deflater, kLevel, Z_DEFLATED, kGzipWindow, MAX_MEM_LEVEL - 1,
                             Z_DEFAULT_STRATEGY) == Z_OK;
    return deflating;
  }

  bool readyToInflate() {
    if (inflating) return inflateReset(&inflater) == Z_OK;
    inflating = inflateInit2(&inflater, kGzipWindow) == Z_OK;
    return inflating;
  }
};

Gzip::Gzip() : impl_(std::make_unique<Impl>()) {}
Gzip::~Gzip() = default;

bool Gzip::compress(std::string_view plain, std::string& out) {
  if (plain.size() > std::numeric_limits<uInt>::max() || !impl_->readyToDeflate()) return false;
  z_stream& stream = impl_->deflater;
  out.resize(deflateBound(&stream, plain.size()));
  if (out.size() > std::numeric_limits<uInt>::max()) return false;
  stream.next_in = bytes(plain);
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) return false;
  out.resize(stream.total_out);
  return true;
}

Gzip::Outcome Gzip::decompress(std::string_view packed, std::size_t limit, std::string& out) {
  out.clear();
  if (packed.empty() || packed.size() > std::numeric_limits<uInt>::max() || !impl_->readyToInflate()) {
    return Outcome::Malformed;
  }
  z_stream& stream = impl_->inflater;
  stream.next_in = bytes(packed);
  stream.avail_in = static_cast<uInt>(packed.size());
  for (;;) {
    const std::size_t have = out.size();
    // One byte more than allowed is enough to know.
    const std::size_t room = std::min(std::max(kStep, have), limit - have + 1);
    out.resize(have + room);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + have);
    stream.avail_out = static_cast<uInt>(std::min<std::size_t>(room, std::numeric_limits<uInt>::max()));
    const std::size_t offered = stream.avail_out;
    const int status = inflate(&stream, Z_NO_FLUSH);
    out.resize(have + offered - stream.avail_out);
    if (out.size() > limit) return Outcome::TooLarge;
    if (status == Z_STREAM_END) {
      if (stream.avail_in == 0) return Outcome::Done;
      if (inflateReset(&stream) != Z_OK) return Outcome::Malformed;
      continue;
    }
    const bool stuck = stream.avail_in == 0 && stream.avail_out > 0;
    if (status != Z_OK || stuck) return Outcome::Malformed;
  }
}

}  // namespace http
