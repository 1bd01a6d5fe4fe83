#include <openssl/evp.h>

#include "fhir/json/json.h"
#include "src/store/mapping/converter.h"

namespace store::mapping {

namespace {

bool isUtf8(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80                   ? 1
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
    if (size == 0 || i + size > text.size()) return false;
    for (std::size_t k = 1; k < size; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    const auto second = size > 2 ? static_cast<unsigned char>(text[i + 1]) : 0;
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
        (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
      return false;
    }
    i += size;
  }
  return true;
}

std::optional<std::string> fromBase64(std::string_view encoded) {
  std::string dense;
  dense.reserve(encoded.size());
  for (const char c : encoded) {
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') dense.push_back(c);
  }
  if (dense.empty() || dense.size() % 4 != 0 || dense.size() > 1'000'000'000) return std::nullopt;
  std::string bytes(dense.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(dense.data()), static_cast<int>(dense.size()));
  if (size < 0) return std::nullopt;
  const std::size_t padding = dense.ends_with("==") ? 2 : dense.ends_with("=") ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

void appendBase64(std::string_view bytes, std::string& out) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) {
      return i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U;
    };
    const unsigned group = byte(0) << 16 | byte(1) << 8 | byte(2);
    out += digits[group >> 18];
    out += digits[group >> 12 & 63];
    out += i + 1 < bytes.size() ? digits[group >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? digits[group & 63] : '=';
  }
}

// Attachment with a text in it <-> that text.
class TextAttachment final : public Converter {
 public:
  explicit TextAttachment(const ConverterArguments& arguments) : column_(arguments.columns.front()) {}

  bool decode(Row row, std::string& out) const override {
    const auto text = filledCell(row, column_);
    if (!text) return false;
    out += R"({"contentType":"text/plain; charset=utf-8","data":")";
    appendBase64(*text, out);
    out += R"("})";
    return true;
  }
  bool encode(const fhir::Element& attachment, Values values) const override {
    if (!attachment.childText("contentType").starts_with("text/")) return false;
    const auto text = fromBase64(attachment.childText("data"));
    if (!text || isBlank(*text) || text->find('\0') != std::string::npos || !isUtf8(*text)) return false;
    set(values, column_, *text);
    return true;
  }

 private:
  Column column_;
};

}  // namespace

std::unique_ptr<const Converter> makeTextAttachment(const ConverterArguments& arguments) {
  return std::make_unique<const TextAttachment>(arguments);
}

}  // namespace store::mapping
