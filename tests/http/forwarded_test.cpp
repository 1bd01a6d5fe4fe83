// Who the client is: believed from configured proxies only.
#include "src/http/forwarded.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "tests/http/fixture.h"

using namespace http;

namespace {

const TrustedProxies kProxies({"10.0.0.0/8", "192.168.1.7", "fd00::/8"});

// "address scheme host" after the proxies' words.
std::string seen(std::string address, std::vector<Header> headers) {
  Request request;
  request.remoteAddress = std::move(address);
  request.scheme = "http";
  request.host = "inner:8080";
  request.headers = std::move(headers);
  kProxies.apply(request);
  return request.remoteAddress + " " + request.scheme + " " + request.host;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(forwarded)

BOOST_AUTO_TEST_CASE(blocks_contain_what_they_should) {
  const auto contains = [](const char* block, const char* address) {
    return AddressBlock::parse(block).value().contains(AddressBlock::parse(address).value());
  };
  BOOST_TEST(contains("10.0.0.0/8", "10.255.0.1"));
  BOOST_TEST(!contains("10.0.0.0/8", "11.0.0.1"));
  BOOST_TEST(contains("0.0.0.0/0", "8.8.8.8"));
  BOOST_TEST(!contains("0.0.0.0/0", "::1"));
  BOOST_TEST(contains("192.168.4.0/22", "192.168.7.255"));
  BOOST_TEST(!contains("192.168.4.0/22", "192.168.8.0"));
  BOOST_TEST(contains("2001:db8::/33", "2001:db8:7fff::1"));
  BOOST_TEST(!contains("2001:db8::/33", "2001:db8:8000::1"));
  BOOST_TEST(contains("127.0.0.1", "::ffff:127.0.0.1"));
  for (const char* text :
       {"", "10.0.0/8", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "name"}) {
    BOOST_TEST(!AddressBlock::parse(text).has_value(), text);
  }
  BOOST_CHECK_THROW(TrustedProxies({"10.0.0.0/8", "nonsense"}), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(nothing_is_believed_from_a_stranger) {
  BOOST_TEST(seen("203.0.113.9", {{"X-Forwarded-For", "1.2.3.4"}, {"X-Forwarded-Proto", "https"}}) ==
             "203.0.113.9 http inner:8080");
  BOOST_TEST(seen("203.0.113.9", {{"Forwarded", "for=1.2.3.4;proto=https;host=evil"}}) ==
             "203.0.113.9 http inner:8080");
}

BOOST_AUTO_TEST_CASE(a_proxy_is_believed) {
  BOOST_TEST(seen("10.0.0.1", {{"X-Forwarded-For", "203.0.113.9"},
                               {"X-Forwarded-Proto", "https"},
                               {"X-Forwarded-Host", "fhir.example"}}) == "203.0.113.9 https fhir.example");
  BOOST_TEST(seen("10.0.0.1", {{"Forwarded", "for=203.0.113.9;proto=https;host=\"fhir.example:8443\""}}) ==
             "203.0.113.9 https fhir.example:8443");
  BOOST_TEST(seen("fd00::1", {{"Forwarded", "For=\"[2001:db8::9]:4711\""}}) == "2001:db8::9 http inner:8080");
  BOOST_TEST(seen("10.0.0.1", {{"X-Forwarded-For", "203.0.113.9:5555"}}) == "203.0.113.9 http inner:8080");
}

BOOST_AUTO_TEST_CASE(what_the_client_put_before_the_proxys_word_is_not_believed) {
  BOOST_TEST(seen("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1, 203.0.113.9"}}) ==
             "203.0.113.9 http inner:8080");
  BOOST_TEST(seen("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1"}, {"X-Forwarded-For", "203.0.113.9"}}) ==
             "203.0.113.9 http inner:8080");
  BOOST_TEST(seen("10.0.0.1", {{"Forwarded", "for=1.1.1.1;host=evil, for=203.0.113.9;proto=https"}}) ==
             "203.0.113.9 https inner:8080");
  // A client's own Forwarded goes through a proxy that sets only X-Forwarded-For.
  BOOST_TEST(seen("10.0.0.1", {{"Forwarded", "for=1.1.1.1;host=evil"}, {"X-Forwarded-For", "203.0.113.9"}}) ==
             "10.0.0.1 http inner:8080");
}

BOOST_AUTO_TEST_CASE(a_chain_of_proxies_is_followed_to_the_first_stranger) {
  BOOST_TEST(seen("10.0.0.1", {{"X-Forwarded-For", "1.1.1.1, 203.0.113.9, 192.168.1.7, 10.9.9.9"}}) ==
             "203.0.113.9 http inner:8080");
  BOOST_TEST(seen("10.0.0.1",
                  {{"Forwarded", "for=1.1.1.1, for=203.0.113.9;proto=https, for=192.168.1.7;proto=http"}}) ==
             "203.0.113.9 https inner:8080");
}

BOOST_AUTO_TEST_CASE(what_is_no_address_no_scheme_and_no_host_is_left_alone) {
  BOOST_TEST(seen("10.0.0.1", {{"Forwarded", "for=unknown;proto=gopher;host=\"a b\""}}) ==
             "10.0.0.1 http inner:8080");
  BOOST_TEST(seen("10.0.0.1", {{"Forwarded", "for=_hidden"}}) == "10.0.0.1 http inner:8080");
  BOOST_TEST(seen("10.0.0.1", {{"X-Forwarded-For", "<script>, 203.0.113.9, junk"}}) ==
             "10.0.0.1 http inner:8080");
}

BOOST_AUTO_TEST_CASE(the_server_applies_it) {
  const auto who = [](const Request& request, unsigned) {
    Response response;
    response.body = request.remoteAddress + " " + request.scheme + " " + request.host;
    return response;
  };
  const std::string request =
      testing::get("/", "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n");
  auto options = testing::testOptions();
  testing::Running direct(options, who);
  BOOST_TEST(direct.ask(request).value().body == "127.0.0.1 http localhost");
  BOOST_TEST(direct.ask("GET / HTTP/1.0\r\n\r\n").value().body ==
             "127.0.0.1 http 127.0.0.1:" + std::to_string(direct.server.port()));
  BOOST_TEST(direct.ask("GET http://absolute:1/ HTTP/1.1\r\nHost: h\r\n\r\n").value().body ==
             "127.0.0.1 http absolute:1");
  options.trustedProxies = {"127.0.0.0/8"};
  testing::Running behind(options, who);
  BOOST_TEST(behind.ask(request).value().body == "203.0.113.9 https localhost");
}

BOOST_AUTO_TEST_SUITE_END()
