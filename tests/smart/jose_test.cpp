// Signatures: what others made is verified, what is made here verifies, and everything that is not exactly
// right is refused.
#include "src/smart/jose.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <string>

#include "src/platform/encoding.h"
#include "src/smart/json.h"

using smart::Algorithm;
using smart::KeySet;
using smart::SigningKey;

namespace {

constexpr std::array kAll{Algorithm::rs256, Algorithm::rs384, Algorithm::es384};

// Made by another implementation (Node.js' crypto).
const std::string kRsaKey =
    R"({"kty":"RSA","n":"weXpG6z2M2n5fUKc0UdmjkQQbxWPVpGQYIHrlgQfzbKPtHG2YYVLxwhCd-SMWz1d68Zdqz3pSrKT0EfTmu)"
    R"(Ryia3dADEScOhPpbQ46kMA67-W8AkYHUMFQsTmj7GPgWKDElHmaO_xFhR8yHu4VoQU_KpchlilfIZ1ISApYU6M6-Pl4jL0KMUvib)"
    R"(sUWd3I0NfhtPk_n-8YMdL8h_fiuO8000eY_xEXR6Jb8970OVR8q4LYStDKshlMlVD8mDfjCA_JdItHIHH2WfQN3l5DzG0KhKiAgL)"
    R"(DhOgS80bAT6n-n4e2yKRrHLGvc6OsCn8f8OeHcwcy_Zv2wfwXHf7ilZCza8w","e":"AQAB","kid":"r"})";
const std::string kEcKey =
    R"({"kty":"EC","x":"F61BjHYbTf4Nnd7W4Ql0WggYmxe84kjDK-w3XD5Thx7aNuIls-lU0S5tbid7j5Eb","y":"T-DXw6xJFpYI)"
    R"(lVz6UBxW3jdsx34EGAyJHO6vEi-QoRlj0DPqUTbIZaWBeOviFoXY","crv":"P-384","kid":"e"})";
const std::string kRs256 =
    R"(eyJhbGciOiJSUzI1NiIsImtpZCI6InIiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJhIiwibiI6MX0.d8yYQExAdXsZp6vT7oesjp28f)"
    R"(SHbJfEbEL3Fzur8CxQuIEp4bWdF1kgc3IV1TXuT5R69sOopb_4TW3NoevJSU7imErEG5RT_CyStKKwEr6Brm8ZN8P_Qr4PgkdebW)"
    R"(EQi57sMqpAmqeMfUAsV0cgCzX4QSKbTt3Ew2noH9BQ0my7aXa5yA5oo2bqf9vUx7xRR4PVyNipOsTuJA3E_SopaUUA75ixLVuHyg)"
    R"(saEobfhYfzoX4aqlZk3HaqxiYKUOpD4rU4LDNboI--FRKjWGCaDGRwsGKKyyFbKZpCzc1BA68yP9eDKsCLHsZ75cEXA8AQu8FORU)"
    R"(dm2de1rT8mC4qL--g)";
const std::string kRs384 =
    R"(eyJhbGciOiJSUzM4NCIsImtpZCI6InIiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJhIiwibiI6MX0.EjmlOJoeglO5NcL-9mLF_7g_S)"
    R"(aOlzypoHr5CWf60qEX2LOm4O_TSoPxi5hfSZDw2saqOCrARzoRU5Qkv6zxbHt2SnlNoCuO4AsITzYH3oOA28M3xHZTkn8aOe7s9P)"
    R"(FlIwhAedLFvh42W9mxrsD3HkUddnHCseEmLSQ-ZXZSFBTdLvuXKF1fIhjkwAxC4Y4PLuuoLAIE6Pedm9-giADQJ1QLtFkEr52pgL)"
    R"(lvZvNgFKLRC5Tht2hGfX_MW84bkyasrFCeq1T2oy6oE4_u0qZmnJOpBaQhhG5_rzmhYvNIZ5QvUWkGXOHviSNVN3z86JodGyzIKV)"
    R"(r6MqfaLw45WtORd9w)";
const std::string kEs384 =
    R"(eyJhbGciOiJFUzM4NCIsImtpZCI6ImUiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJhIiwibiI6MX0.luVYna-TmeXouuqnm1Z4G7l-z)"
    R"(UqvA2SdKupr5EavwW7PLEnXaft5j6yBXY6XdD3JFcLaWNCPFvq7TqAndTY0Wv3CALhJjw246OkxmtsgelKxUeY36A7_sTxz9PlGi)"
    R"(k_O)";

std::string setOf(std::initializer_list<std::string> keys) {
  std::string out;
  for (const std::string& key : keys) (out += out.empty() ? "" : ",") += key;
  return R"({"keys":[)" + out + "]}";
}

KeySet keys(const std::string& jwks) {
  auto parsed = KeySet::parse(jwks);
  BOOST_REQUIRE_MESSAGE(parsed.ok(), jwks);
  return *std::move(parsed);
}

// The token with another header, the rest as it was.
std::string withHeader(const std::string& token, const std::string& header) {
  return platform::base64url(header) + token.substr(token.find('.'));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  BOOST_REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(jose)

BOOST_AUTO_TEST_CASE(what_another_implementation_signed_is_verified) {
  const KeySet both = keys(setOf({kRsaKey, kEcKey}));
  for (const std::string& token : {kRs256, kRs384, kEs384}) {
    const auto payload = both.verify(token, kAll);
    BOOST_REQUIRE(payload.ok());
    BOOST_TEST(*payload == R"({"iss":"a","n":1})");
  }
}

BOOST_AUTO_TEST_CASE(what_is_made_here_is_verified_and_no_changed_byte_of_it) {
  for (const Algorithm algorithm : {Algorithm::rs256, Algorithm::es384}) {
    const SigningKey key = SigningKey::make(algorithm);
    const auto again = SigningKey::read(algorithm, key.privateJwk());
    BOOST_REQUIRE(again.has_value());
    BOOST_TEST(again->kid() == key.kid());
    const std::string token = again->sign(R"({"a":1})");
    const KeySet set = keys(setOf({key.publicJwk()}));
    BOOST_TEST(set.verify(token, kAll).ok());
    for (std::size_t i = 0; i < token.size(); i += 7) {
      std::string changed = token;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      BOOST_TEST(!set.verify(changed, kAll).ok());
    }
    BOOST_TEST(!keys(setOf({SigningKey::make(algorithm).publicJwk()})).verify(token, kAll).ok());
  }
}

BOOST_AUTO_TEST_CASE(a_public_key_tells_nothing_of_the_private_one) {
  const SigningKey key = SigningKey::make(Algorithm::rs256);
  const auto json = smart::JsonObject::parse(key.publicJwk());
  BOOST_REQUIRE(json.has_value());
  for (const char* name : {"d", "p", "q", "dp", "dq", "qi"}) BOOST_TEST(!smart::has(json->value(), name));
  BOOST_TEST(smart::textMember(json->value(), "alg").value() == "RS256");
  BOOST_TEST(smart::textMember(json->value(), "use").value() == "sig");
  BOOST_TEST(!SigningKey::read(Algorithm::rs256, key.publicJwk()).has_value());
  BOOST_TEST(!SigningKey::read(Algorithm::es384, key.privateJwk()).has_value());
}

BOOST_AUTO_TEST_CASE(headers_that_ask_for_something_else_are_refused) {
  const KeySet both = keys(setOf({kRsaKey, kEcKey}));
  const std::string refused[] = {R"({"alg":"none","kid":"r"})",
                                 R"({"alg":"None","kid":"r"})",
                                 R"({"alg":"HS256","kid":"r"})",
                                 R"({"alg":"RS512","kid":"r"})",
                                 R"({"alg":"PS256","kid":"r"})",
                                 R"({"alg":"ES256","kid":"e"})",
                                 R"({"alg":"rs256","kid":"r"})",
                                 R"({"alg":["RS256"],"kid":"r"})",
                                 R"({"kid":"r"})",
                                 R"({"alg":"RS256"})",
                                 R"({"alg":"RS256","kid":""})",
                                 R"({"alg":"RS256","kid":1})",
                                 R"({"alg":"RS256","kid":"x"})",
                                 R"({"alg":"ES384","kid":"r"})",
                                 R"({"alg":"RS256","kid":"e"})",
                                 R"({"alg":"RS256","alg":"none","kid":"r"})",
                                 R"({"alg":"RS256","kid":"r","crit":["b64"],"b64":false})",
                                 R"({"alg":"RS256","kid":"r","b64":false})",
                                 R"({"alg":"RS256","kid":"r","crit":[]})",
                                 R"({"alg":"RS256","kid":"r","jwk":{}})",
                                 R"({"alg":"RS256","kid":"r","x5u":"https://x.example"})",
                                 R"({"alg":"RS256","kid":"r","zip":"DEF"})",
                                 R"({"alg":"RS256","kid":"r","typ":"at+jwt"})",
                                 R"({"alg":"RS256","kid":"r","typ":1})",
                                 R"({"alg":"RS256","kid":"r","jku":1})",
                                 R"([])",
                                 R"({"alg":"RS256","kid":"r"} x)",
                                 "",
                                 "{"};
  for (const std::string& header : refused)
    BOOST_TEST(!both.verify(withHeader(kRs256, header), kAll).ok(), "believed: " << header);
}

BOOST_AUTO_TEST_CASE(the_public_key_is_no_secret_of_hs256) {
  const std::string head =
      platform::base64url(R"({"alg":"HS256","kid":"r"})") + "." + platform::base64url("{}");
  std::array<unsigned char, 64> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), kRsaKey.data(), static_cast<int>(kRsaKey.size()),
       reinterpret_cast<const unsigned char*>(head.data()), head.size(), mac.data(), &size);
  const std::string token =
      head + "." + platform::base64url({reinterpret_cast<const char*>(mac.data()), size});
  BOOST_TEST(!keys(setOf({kRsaKey})).verify(token, kAll).ok());
}

BOOST_AUTO_TEST_CASE(only_the_algorithms_that_are_asked_for_are_accepted) {
  const KeySet both = keys(setOf({kRsaKey, kEcKey}));
  constexpr std::array some{Algorithm::rs384, Algorithm::es384};
  BOOST_TEST(!both.verify(kRs256, some).ok());
  BOOST_TEST(both.verify(kRs384, some).ok());
  BOOST_TEST(both.verify(kEs384, some).ok());
  const KeySet bound = keys(setOf({replaced(kRsaKey, R"("kid")", R"("alg":"RS384","kid")")}));
  BOOST_TEST(!bound.verify(kRs256, kAll).ok());
  BOOST_TEST(bound.verify(kRs384, kAll).ok());
}

BOOST_AUTO_TEST_CASE(exactly_one_key_must_fit) {
  const SigningKey other = SigningKey::make(Algorithm::rs256);
  const std::string twin = replaced(other.publicJwk(), "\"" + other.kid() + "\"", R"("r")");
  BOOST_TEST(!keys(setOf({kRsaKey, twin})).verify(kRs256, kAll).ok());
  // The same kid of another kty is another key.
  const std::string cousin = replaced(kEcKey, R"("kid":"e")", R"("kid":"r")");
  BOOST_TEST(keys(setOf({kRsaKey, cousin})).verify(kRs256, kAll).ok());
}

BOOST_AUTO_TEST_CASE(tokens_that_are_none_are_refused) {
  const KeySet set = keys(setOf({kRsaKey}));
  const std::string refused[] = {"",
                                 ".",
                                 "..",
                                 "...",
                                 "a.b",
                                 "a.b.c",
                                 kRs256 + ".",
                                 "." + kRs256,
                                 kRs256 + "=",
                                 kRs256 + " ",
                                 kRs256.substr(0, kRs256.rfind('.') + 1),
                                 kRs256.substr(0, kRs256.rfind('.')),
                                 std::string(20'000, 'a'),
                                 kRs256 + std::string(17'000, 'A'),
                                 "\n" + kRs256};
  for (const std::string& token : refused) BOOST_TEST(!set.verify(token, kAll).ok());
}

BOOST_AUTO_TEST_CASE(key_sets_that_are_none_are_refused) {
  const SigningKey rsa = SigningKey::make(Algorithm::rs256);
  const std::string point = replaced(kEcKey, R"("x":"F6)", R"("x":"F7)");
  const std::string refused[] = {"",
                                 "[]",
                                 "{}",
                                 R"({"keys":{}})",
                                 R"({"keys":[]})",
                                 R"({"keys":[1]})",
                                 R"({"keys":[],"keys":[]})",
                                 setOf({rsa.privateJwk()}),
                                 setOf({kRsaKey, R"({"kty":"oct","k":"AAAA","kid":"x"})"}),
                                 setOf({point}),
                                 setOf({replaced(kRsaKey, R"("kid":"r")", R"("n2":"r")")}),
                                 setOf({replaced(kRsaKey, R"("kid":"r")", R"("kid":"")")}),
                                 setOf({replaced(kRsaKey, R"("kid")", R"("use":"enc","kid")")}),
                                 setOf({replaced(kRsaKey, R"("kid")", R"("key_ops":["sign"],"kid")")}),
                                 setOf({replaced(kRsaKey, R"("e":"AQAB")", R"("e":"AQ")")}),
                                 setOf({replaced(kRsaKey, R"("e":"AQAB")", R"("e":"Ag")")}),
                                 setOf({R"({"kty":"RSA","kid":"r","e":"AQAB","n":")" +
                                        platform::base64url(std::string(128, '\xff')) + R"("})"}),
                                 setOf({R"({"kty":"RSA","kid":"r","e":"AQAB","n":")" +
                                        platform::base64url(std::string(2000, '\xff')) + R"("})"}),
                                 setOf({replaced(kEcKey, "P-384", "P-256")}),
                                 setOf({kRsaKey}) + "x",
                                 std::string(70'000, ' ') + setOf({kRsaKey})};
  for (const std::string& jwks : refused) BOOST_TEST(!KeySet::parse(jwks).ok(), "accepted: " << jwks);
  BOOST_TEST(KeySet::parse(setOf({R"({"kty":"OKP","kid":"o","crv":"Ed25519","x":"AA"})", kRsaKey})).ok());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(encoding)

BOOST_AUTO_TEST_CASE(base64url_is_one_text_for_one_content) {
  for (const std::string text : {"", "f", "fo", "foo", "foob", "fooba", "foobar", "\xff\xfe\xfd"})
    BOOST_TEST(platform::fromBase64url(platform::base64url(text)).value() == text);
  for (const char* wrong : {"A", "AB", "AAB", "Zg==", "Zm8=", "Zm+v", "Zm/v", "Zm 9", "Zm9v\n"})
    BOOST_TEST(!platform::fromBase64url(wrong).has_value(), wrong);
  BOOST_TEST(platform::fromBase64("Zm9vYg==").value() == "foob");
  for (const char* wrong : {"Zm9vYg", "Zm9vYg=", "Zm9vYh==", "Zm9v====", "Z===", "Zm9-"})
    BOOST_TEST(!platform::fromBase64(wrong).has_value(), wrong);
}

BOOST_AUTO_TEST_CASE(tokens_are_never_the_same) {
  const std::string one = platform::randomToken();
  BOOST_TEST(platform::looksLikeToken(one));
  BOOST_TEST(one != platform::randomToken());
  BOOST_TEST(!platform::looksLikeToken(one + "a"));
  BOOST_TEST(!platform::looksLikeToken(one.substr(1) + "'"));
  BOOST_TEST(platform::hex(platform::sha256("abc")) ==
             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(platform::sameSecret(one, one));
  BOOST_TEST(!platform::sameSecret(one, one.substr(1)));
}

BOOST_AUTO_TEST_CASE(json_is_strict) {
  for (const char* wrong :
       {"", "[]", "1", "{", "{}}", R"({"a":1,"a":1})", R"({"a":{"b":1,"b":2}})", R"([{"a":1}])",
        "{\"a\":\"\xff\"}", R"({"a":1,})", R"({a:1})", "{} {}", R"({"a":NaN})", R"({"a":"\u0000"})"})
    BOOST_TEST(!smart::JsonObject::parse(wrong).has_value(), wrong);
  BOOST_TEST(
      !smart::JsonObject::parse(R"({"a":)" + std::string(40, '[') + std::string(40, ']') + "}").has_value());
  BOOST_TEST(!smart::JsonObject::parse(std::string(100'000, '[')).has_value());
  const auto good = smart::JsonObject::parse(R"({"t":1.9,"n":-1,"big":1e300,"s":"x"})");
  BOOST_REQUIRE(good.has_value());
  BOOST_TEST(smart::timeMember(good->value(), "t").value() == 1);
  for (const char* name : {"n", "big", "s", "none"})
    BOOST_TEST(!smart::timeMember(good->value(), name).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
