// The file form of a trail: one JSON object a line, so that it can be checked elsewhere.
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <fstream>
#include <ostream>
#include <utility>

#include "src/audit/trail.h"

namespace audit {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

class Line {
 public:
  explicit Line(std::string_view kind) : writer_(buffer_) {
    writer_.StartObject();
    add("kind", kind);
  }
  Line& add(std::string_view name, std::string_view text) {
    key(name);
    writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return *this;
  }
  Line& add(std::string_view name, std::int64_t number) {
    key(name);
    writer_.Int64(number);
    return *this;
  }
  void write(std::ostream& out) {
    writer_.EndObject();
    out.write(buffer_.GetString(), static_cast<std::streamsize>(buffer_.GetSize())).put('\n');
  }

 private:
  void key(std::string_view name) { writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())); }
  rapidjson::StringBuffer buffer_;
  Writer writer_;
};

std::string_view text(const rapidjson::Value& object, std::string_view name) {
  const auto found = object.FindMember(
      rapidjson::Value(rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size()))));
  if (found == object.MemberEnd() || !found->value.IsString()) return {};
  return {found->value.GetString(), found->value.GetStringLength()};
}

std::int64_t number(const rapidjson::Value& object, const char* name) {
  const auto found = object.FindMember(name);
  return found != object.MemberEnd() && found->value.IsInt64() ? found->value.GetInt64() : -1;
}

class FileTrail final : public Trail {
 public:
  explicit FileTrail(std::string file) : file_(std::move(file)) {}

  bool isWhole() const override { return isWhole_; }

  fhir::Result<fhir::Done> open(Keys& keys) {
    const bool takes = keys.empty();
    bool begun = false;
    std::int64_t rows = 0;
    std::int64_t said = -1;
    auto read = each({}, [&](std::string_view kind, const rapidjson::Value& line) {
      if (kind == "audit export") {
        begun = number(line, "format") == 1;
        isWhole_ = text(line, "from").empty() && text(line, "to").empty();
      } else if (kind == "key" && takes) {
        keys.trust(fromHex(text(line, "public")).value_or(""));
      } else if (kind == "row") {
        ++rows;
      } else if (kind == "end") {
        said = number(line, "rows");
      }
    });
    if (!read) return read;
    if (!begun) return refuse("is no export of an audit trail");
    if (said != rows) return refuse("is cut off: it has no end, or not as many rows as that says");
    return fhir::Done{};
  }

  fhir::Result<fhir::Done> eachCheckpoint(const std::function<void(const Checkpoint&)>& take) override {
    return each("checkpoint", [&](std::string_view, const rapidjson::Value& line) {
      take({number(line, "number"), std::string(text(line, "statement")), std::string(text(line, "key")),
            fromHex(text(line, "signature")).value_or("")});
    });
  }

  fhir::Result<std::vector<Head>> heads() override {
    std::vector<Head> out;
    auto read = each("head", [&](std::string_view, const rapidjson::Value& line) {
      out.push_back({number(line, "chain"), number(line, "position"), std::string(text(line, "hash"))});
    });
    if (!read) return std::move(read).outcome();
    return out;
  }

  fhir::Result<fhir::Done> eachRecord(const std::function<void(const Record&)>& take) override {
    Record record;
    record.values.resize(columns().size());
    return each("row", [&](std::string_view, const rapidjson::Value& line) {
      for (std::size_t i = 0; i < record.values.size(); ++i) {
        const std::string_view name = columns()[i].name;
        const bool isThere = line.HasMember(rapidjson::Value(
            rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size()))));
        record.values[i] = isThere ? std::optional<std::string>(text(line, name)) : std::nullopt;
      }
      take(record);
    });
  }

 private:
  template <class Take>
  fhir::Result<fhir::Done> each(std::string_view wanted, const Take& take) {
    std::ifstream stream(file_);
    if (!stream) return refuse("cannot be read");
    std::string line;
    while (std::getline(stream, line)) {
      if (line.empty()) continue;
      rapidjson::Document document;
      document.Parse(line.data(), line.size());
      if (document.HasParseError() || !document.IsObject())
        return refuse("has a line that is no JSON object");
      const std::string_view kind = text(document, "kind");
      if (wanted.empty() || kind == wanted) take(kind, document);
    }
    if (stream.bad()) return refuse("cannot be read");
    return fhir::Done{};
  }

  Outcome refuse(const std::string& why) const {
    return {Failure::badRequest, IssueType::structure, file_ + " " + why};
  }

  std::string file_;
  bool isWhole_ = false;
};

}  // namespace

fhir::Result<std::unique_ptr<Trail>> trailOf(const std::string& file, Keys& keys) {
  auto out = std::make_unique<FileTrail>(file);
  if (auto opened = out->open(keys); !opened) return std::move(opened).outcome();
  return std::unique_ptr<Trail>(std::move(out));
}

fhir::Result<std::uint64_t> writeExport(Trail& trail, const Span& span, const Keys& keys, std::ostream& out) {
  Line("audit export").add("format", std::int64_t{1}).add("from", span.from).add("to", span.to).write(out);
  for (const auto& [id, bytes] : keys.publicKeys())
    Line("key").add("id", id).add("public", hexOf(bytes)).write(out);
  auto done = trail.eachCheckpoint([&](const Checkpoint& checkpoint) {
    Line("checkpoint")
        .add("number", checkpoint.number)
        .add("statement", checkpoint.statement)
        .add("key", checkpoint.keyId)
        .add("signature", hexOf(checkpoint.signature))
        .write(out);
  });
  if (!done) return std::move(done).outcome();
  auto heads = trail.heads();
  if (!heads) return std::move(heads).outcome();
  for (const Head& head : *heads)
    Line("head").add("chain", head.chain).add("position", head.position).add("hash", head.hash).write(out);
  std::int64_t rows = 0;
  done = trail.eachRecord([&](const Record& record) {
    Line line("row");
    for (std::size_t i = 0; i < record.values.size(); ++i) {
      if (record.values[i]) line.add(columns()[i].name, *record.values[i]);
    }
    line.write(out);
    ++rows;
  });
  if (!done) return std::move(done).outcome();
  Line("end").add("rows", rows).write(out);
  out.flush();
  if (!out) return Outcome(Failure::conflict, IssueType::exception, "the export cannot be written");
  return static_cast<std::uint64_t>(rows);
}

}  // namespace audit
