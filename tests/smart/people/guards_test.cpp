// What of a request may be believed.
#include "src/smart/people/guards.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "src/platform/encoding.h"
#include "src/smart/people/secrets.h"

using namespace people;

namespace {

http::Request with(std::vector<http::Header> headers) {
  http::Request out;
  out.headers = std::move(headers);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(guards)

BOOST_AUTO_TEST_CASE(a_form_comes_from_our_own_pages) {
  const std::string us = "https://fhir.example";
  const auto fromUs = [&](std::vector<http::Header> headers) {
    return isFromOurPages(with(std::move(headers)), us);
  };
  BOOST_TEST(fromUs({{"Origin", us}}));
  BOOST_TEST(fromUs({{"Origin", us}, {"Sec-Fetch-Site", "same-origin"}}));
  BOOST_TEST(fromUs({{"Sec-Fetch-Site", "same-origin"}}));
  BOOST_TEST(fromUs({{"Origin", "null"}, {"Sec-Fetch-Site", "same-origin"}}));
  BOOST_TEST(!fromUs({}));
  BOOST_TEST(!fromUs({{"Origin", "null"}}));
  BOOST_TEST(!fromUs({{"Origin", ""}}));
  for (const char* site : {"cross-site", "same-site", "none", "", "SAME-ORIGIN"})
    BOOST_TEST(!fromUs({{"Origin", us}, {"Sec-Fetch-Site", site}}), site);
  for (const char* origin : {"https://fhir.example.evil.example", "http://fhir.example",
                             "https://fhir.example:444", "https://fhir.example/", "https://FHIR.example"})
    BOOST_TEST(!fromUs({{"Origin", origin}, {"Sec-Fetch-Site", "same-origin"}}), origin);
}

BOOST_AUTO_TEST_CASE(after_signing_in_one_stays_here) {
  for (const char* path :
       {"/auth", "/auth/apps", "/auth/authorize?redirect_uri=https://app.example/x", "/auth?done=x"})
    BOOST_TEST(isOurPage(path), path);
  for (const char* path : {"", "/", "//evil.example", "/auth//evil.example", "https://evil.example/auth",
                           "/authentic", "/auth\\evil", "/auth/../fhir/Patient", "/auth/x\r\nSet-Cookie: a=b",
                           "auth/apps", " /auth", "/auth/\xE0\xA4\xA8", "/fhir/Patient"})
    BOOST_TEST(!isOurPage(path), path);
  BOOST_TEST(!isOurPage("/auth?" + std::string(20'000, 'x')));
}

BOOST_AUTO_TEST_CASE(a_cookie_that_is_there_twice_is_none) {
  BOOST_TEST(cookieOf(with({{"Cookie", "a=1; hv=2; b=3"}}), "hv").value_or("") == "2");
  BOOST_TEST(cookieOf(with({{"cookie", "hv=2"}, {"Cookie", "hv=2"}}), "hv").value_or("") == "2");
  BOOST_TEST(!cookieOf(with({{"Cookie", "hv=2; hv=3"}}), "hv").has_value());
  BOOST_TEST(!cookieOf(with({{"Cookie", "xhv=2; hvx=3; hv"}}), "hv").has_value());
  BOOST_TEST(!cookieOf(with({}), "hv").has_value());
}

BOOST_AUTO_TEST_CASE(a_redirect_s_source_is_safe_in_a_policy) {
  BOOST_TEST(sourceOf("https://app.example/cb?x=1").value_or("") == "https://app.example");
  BOOST_TEST(sourceOf("http://127.0.0.1:4000").value_or("") == "http://127.0.0.1:4000");
  BOOST_TEST(sourceOf("http://[::1]:4000/cb").value_or("") == "http://[::1]:4000");
  BOOST_TEST(sourceOf("com.example.app:/cb").value_or("") == "com.example.app:");
  for (const char* url : {"", "cb", "https:///cb", "https://a;script-src *", "https://a b/",
                          "https://user@app.example/", "1x:/cb"})
    BOOST_TEST(!sourceOf(url).has_value(), url);
  BOOST_TEST(destinationOf("https://app.example:8443/cb") == "app.example:8443");
  BOOST_TEST(destinationOf("com.example.app:/cb") == "com.example.app");
}

BOOST_AUTO_TEST_CASE(signed_parts_do_not_run_into_each_other) {
  const Signer signer("secret");
  BOOST_TEST(signer.sign({"ab", "c"}) != signer.sign({"a", "bc"}));
  BOOST_TEST(signer.sign({"a", ""}) != signer.sign({"", "a"}));
  BOOST_TEST(signer.sign({"a"}) != Signer("other").sign({"a"}));
  BOOST_TEST(signer.sign({"a"}) == Signer("secret").sign({"a"}));
  BOOST_TEST(isToken(signer.sign({})));
  BOOST_TEST(hashOf("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(platform::sameSecret("ab", "ab"));
  BOOST_TEST(!platform::sameSecret("ab", "aB"));
  BOOST_TEST(!platform::sameSecret("ab", "abc"));
}

BOOST_AUTO_TEST_SUITE_END()
