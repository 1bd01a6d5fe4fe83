// Cursors of pages: any text is refused; what is sealed opens as it was, with its own binding alone, and no
// changed byte of it is believed.
#include "src/store/cursor.h"

#include "tests/fuzz/fuzz.h"

namespace fuzz {
namespace {

const platform::Sealer& sealer() {
  static const platform::Sealer one("a secret of this test", "page cursors");
  return one;
}

// The input's lines are the parts; an empty one has no value.
store::CursorParts partsOf(std::string_view input) {
  store::CursorParts parts;
  while (true) {
    const std::size_t end = input.find('\n');
    const std::string_view line = input.substr(0, end);
    parts.push_back(line.empty() ? std::nullopt : std::optional<std::string>(line));
    if (end == std::string_view::npos) return parts;
    input.remove_prefix(end + 1);
  }
}

void run(std::string_view input) {
  require(!store::openCursor(sealer(), input, "q"), "a text that was not sealed here opens nothing");
  const store::CursorParts parts = partsOf(input);
  const std::string cursor = store::makeCursor(sealer(), parts, input);
  require(store::openCursor(sealer(), cursor, input) == parts, "a cursor says what it was made of");
  require(!store::openCursor(sealer(), cursor, std::string(input) + "x"),
          "a cursor is bound to its question");
  Random random(std::hash<std::string_view>{}(input));
  std::string changed = cursor;
  char& byte = changed[random.below(changed.size())];
  byte = byte == 'A' ? 'B' : 'A';
  require(!store::openCursor(sealer(), changed, input), "a changed cursor opens nothing");
}

std::string mutate(std::string_view, Random& random) {
  constexpr std::string_view parts[] = {
      "2026-11-23 21:13:16.12+00", "c757873d-ec9a-4326-a141-556f43239520", "Patient", "12", "-infinity", ""};
  std::string out(random.pick(parts));
  for (std::size_t left = random.below(4); left > 0; --left) (out += '\n') += random.pick(parts);
  return random.oneIn(2) ? store::makeCursor(sealer(), {out}, "other") : out;
}

}  // namespace

const Target target{run, mutate, nullptr};

}  // namespace fuzz
