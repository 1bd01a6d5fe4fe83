#include <boost/test/unit_test.hpp>

#include "fhir/search/index.h"

using fhir::search::fold;

BOOST_AUTO_TEST_SUITE(folding)

BOOST_AUTO_TEST_CASE(case_and_accents_make_no_difference) {
  BOOST_TEST(fold("Müller") == "muller");
  BOOST_TEST(fold("MU\u0308LLER") == "muller");
  BOOST_TEST(fold("José Ñandú") == "jose nandu");
  BOOST_TEST(fold("Straße") == fold("STRASSE"));
  BOOST_TEST(fold("Ångström") == "angstrom");
  BOOST_TEST(fold("Søren Łukasz Đorđe") == "soren lukasz dorde");
  BOOST_TEST(fold("İstanbul") == fold("istanbul"));
  BOOST_TEST(fold("ΣΊΣΥΦΟΣ") == fold("σίσυφος"));
  BOOST_TEST(fold("Nguyễn Thị") == "nguyen thi");
}

BOOST_AUTO_TEST_CASE(signs_that_spell_a_word_stay) {
  BOOST_TEST(fold("राम") != fold("रम"));
  BOOST_TEST(fold("कि") != fold("का"));
  BOOST_TEST(fold("が") != fold("か"));
  BOOST_TEST(fold("ปู") != fold("ปี"));
}

BOOST_AUTO_TEST_CASE(composed_and_decomposed_forms_fold_alike) {
  BOOST_TEST(fold("क़") == fold("क\u093C"));
  BOOST_TEST(fold("が") == fold("か\u3099"));
  BOOST_TEST(fold("ﬁ") == "fi");
  BOOST_TEST(fold("Ａｂ") == "ab");
}

BOOST_AUTO_TEST_CASE(white_space_is_collapsed_and_trimmed) {
  BOOST_TEST(fold("  Anna \t\r\n Maria  ") == "anna maria");
  BOOST_TEST(fold("Anna\u00A0\u2003Maria\u3000") == "anna maria");
  BOOST_TEST(fold("") == "");
  BOOST_TEST(fold(" \u00A0 ") == "");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_are_replaced) {
  BOOST_TEST(fold("A\xFFz\xC3") == "a\uFFFDz\uFFFD");
}

BOOST_AUTO_TEST_SUITE_END()
