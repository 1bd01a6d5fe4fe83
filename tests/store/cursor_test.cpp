#include "src/store/cursor.h"

#include <boost/test/unit_test.hpp>

#include "src/store/key.h"

namespace {

const platform::Sealer& sealer() {
  static const platform::Sealer one("a secret", "tests");
  return one;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_cursor_gives_its_parts_back_to_the_question_it_was_made_for) {
  const store::CursorParts parts{"2026-11-23 21:13:16.12+00", std::nullopt, "", "O'Neill\n\0x"};
  const std::string cursor = store::makeCursor(sealer(), parts, "Patient?name=a");
  const auto opened = store::openCursor(sealer(), cursor, "Patient?name=a");
  BOOST_REQUIRE(opened);
  BOOST_TEST((*opened == parts));
  BOOST_TEST(!store::openCursor(sealer(), cursor, "Patient?name=b"));
  BOOST_TEST(!store::openCursor(platform::Sealer("another", "tests"), cursor, "Patient?name=a"));
}

BOOST_AUTO_TEST_CASE(what_is_no_cursor_or_was_altered_opens_to_nothing) {
  for (const std::string text : {"", "!", "abc", "'; DROP TABLE x", "AAAA"})
    BOOST_TEST(!store::openCursor(sealer(), text, "q"));
  BOOST_TEST(!store::openCursor(sealer(), std::string(20'000, 'A'), "q"));
  const std::string cursor = store::makeCursor(sealer(), {"a", "b"}, "q");
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string altered = cursor;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    BOOST_TEST(!store::openCursor(sealer(), altered, "q"));
    BOOST_TEST(!store::openCursor(sealer(), cursor.substr(0, i), "q"));
  }
}

BOOST_AUTO_TEST_CASE(a_cursor_tells_nothing_of_its_parts) {
  const std::string cursor = store::makeCursor(sealer(), {"Chalmers"}, "q");
  BOOST_TEST(cursor != store::makeCursor(sealer(), {"Chalmers"}, "q"));
}

BOOST_AUTO_TEST_CASE(keys_are_the_id_itself_or_made_from_type_and_id) {
  const auto own = store::keyOf("Patient", "6f1d0c3e-4a0b-5d5e-9c57-1f6a2b7f8e10");
  BOOST_TEST(own.uuid == "6f1d0c3e-4a0b-5d5e-9c57-1f6a2b7f8e10");
  BOOST_TEST(!own.fhirId);
  for (const std::string id : {"a", "6F1D0C3E-4A0B-5D5E-9C57-1F6A2B7F8E10"}) {
    const auto made = store::keyOf("Patient", id);
    BOOST_TEST(made.uuid.size() == 36U);
    BOOST_TEST(made.fhirId.value() == id);
    BOOST_TEST(made.uuid != store::keyOf("Practitioner", id).uuid);
  }
}

BOOST_AUTO_TEST_CASE(times_are_written_as_sql_and_fhir_write_them) {
  BOOST_TEST(store::instantFromSql("2026-11-23 21:13:16+00") == "2026-11-23T21:13:16.000Z");
  BOOST_TEST(store::instantFromSql("2026-11-23 21:13:16.12+00") == "2026-11-23T21:13:16.120Z");
  BOOST_TEST(store::sqlFromMicroseconds(0) == "1970-01-01 00:00:00.000000+00");
  BOOST_TEST(store::sqlFromMicroseconds(-1) == "1969-12-31 23:59:59.999999+00");
}

BOOST_AUTO_TEST_CASE(an_array_literal_quotes_its_items) {
  store::ArrayLiteral array;
  array.add("a\"b\\c,{}");
  array.add(std::nullopt);
  BOOST_TEST(array.text() == R"({"a\"b\\c,{}",NULL})");
  BOOST_TEST(store::ArrayLiteral().text() == "{}");
}
