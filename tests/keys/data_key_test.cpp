// The form of an encrypted value: docs/encryption.md has the same vectors.
#include "src/keys/data_key.h"

#include <boost/test/unit_test.hpp>
#include <numeric>

BOOST_AUTO_TEST_SUITE(data_key)

namespace {

keys::Secret counting(bool down) {
  std::array<std::uint8_t, keys::Secret::size> bytes{};
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  if (down) {
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(255 - byte);
  }
  return keys::Secret::copyOf(bytes);
}

constexpr std::string_view kRow = "0f8fad5b-d9cb-469f-a165-70867728950e";
const keys::Place kContact{"patient_profile", "contact_number", kRow};
constexpr std::string_view kSealedContact =
    "hv1:0a1b2c3d:GGtk3fOUHmeaYCVA:AAECAwQFBgcICQoLbDvnO_zd7y64dKe6xDMQx3NpQ3uzkGHK7hkkEA";

keys::DataKey dataKey() {
  return {"0a1b2c3d", counting(false)};
}

std::optional<std::string> opened(std::string_view text, const keys::Place& place) {
  const auto sealed = keys::readSealed(text);
  BOOST_REQUIRE(sealed.has_value());
  return dataKey().open(*sealed, place);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_vectors_of_the_documentation_open) {
  BOOST_TEST(opened(kSealedContact, kContact).value() == "+91 98-55501");
  BOOST_TEST(opened("hv1:0a1b2c3d::AAECAwQFBgcICQoLA8FqabeA4l1O_VQU1D7xNSjsc-GCfAn76msVBTM",
                    {"patient_profile", "medical_summary", kRow})
                 .value() ==
             "D\xC3\xBCrre F\xC3\xBC\xC3\x9F"
             "e");
  BOOST_TEST(
      opened("hv1:0a1b2c3d::AAECAwQFBgcICQoLPCCkfraKt2nuJMPywYxaV6GV6FqUEisVVwnH-Lutp-mpU55W_ktfk3LkeyY",
             {"fhir.resource", "fhir_residual", "Condition/0f8fad5b-d9cb-469f-a165-70867728950e"})
          .value() == R"({"resourceType":"Condition"})");
  const keys::BlindKey blind("00000000", counting(true));
  BOOST_TEST(blind.hash("contact", "+91 98-55501") == "GGtk3fOUHmeaYCVA");
  BOOST_TEST(blind.hash("word", "grumblepox") == "Mpt_z6drLs-yehvx");
}

BOOST_AUTO_TEST_CASE(what_is_sealed_opens_and_is_never_twice_the_same) {
  const auto key = dataKey();
  for (const std::string& plain :
       {std::string(), std::string("x"), std::string(100'000, 'y'), std::string("\0z", 2)}) {
    const std::string one = key.seal(plain, kContact, "aBlind-Hash_1234");
    BOOST_TEST(one != key.seal(plain, kContact, "aBlind-Hash_1234"));
    BOOST_TEST(opened(one, kContact).value() == plain);
  }
}

BOOST_AUTO_TEST_CASE(it_opens_at_its_own_place_and_unchanged_alone) {
  using keys::Place;
  BOOST_TEST(
      !opened(kSealedContact, {"patient_profile", "contact_number", "1f8fad5b-d9cb-469f-a165-70867728950e"}));
  BOOST_TEST(!opened(kSealedContact, {"patient_profile", "medical_summary", kRow}));
  BOOST_TEST(!opened(kSealedContact, {"doctor_profile", "contact_number", kRow}));
  for (std::size_t i = 4; i < kSealedContact.size(); ++i) {
    std::string changed(kSealedContact);
    changed[i] = changed[i] == 'a' ? 'b' : 'a';
    const auto sealed = keys::readSealed(changed);
    BOOST_TEST((!sealed || !dataKey().open(*sealed, kContact)), "byte " << i);
  }
  const keys::DataKey other("0a1b2c3d", counting(true));
  BOOST_TEST(!other.open(*keys::readSealed(kSealedContact), kContact));
}

BOOST_AUTO_TEST_CASE(clear_text_is_told_from_an_encrypted_value) {
  for (const std::string_view clear :
       {"", "hv1:", "hv1:0a1b2c3d", "hv1:0a1b2c3d::", "hv1:0a1b2c3d::short",
        "hv1:0A1B2C3D::AAECAwQFBgcICQoLA8FqabeA4l1O_VQU1D7xNSjsc-GCfAn76msVBTM",
        "hv1:0a1b2c3d:b ad:AAECAwQFBgcICQoLA8FqabeA4l1O_VQU1D7xNSjsc-GCfAn76msVBTM",
        "hv2:0a1b2c3d::AAECAwQFBgcICQoLA8FqabeA4l1O_VQU1D7xNSjsc",
        "hv1:0a1b2c3d::AAECAwQFBgcICQoLA8FqabeA4l1O+VQU1D7xNSjsc/GCfAn76msVBTM=", "+91 98-55501"})
    BOOST_TEST(!keys::readSealed(clear), clear);
}

BOOST_AUTO_TEST_SUITE_END()
