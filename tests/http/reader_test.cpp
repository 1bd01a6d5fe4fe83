// RequestReader alone: bytes in any pieces, and bytes gone wrong.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>
#include <string>

#include "src/http/request_reader.h"

using namespace http;

namespace {

constexpr ReadLimits kLimits{{2048, 512}, 4096};

// Reads all of `bytes`, which come in pieces of at most `largest`; what was understood, as text.
std::string read(std::string_view bytes, std::size_t largest, std::mt19937& random) {
  RequestReader reader(kLimits);
  std::string kept;
  std::string understood;
  while (!bytes.empty()) {
    const std::size_t size = std::min<std::size_t>(1 + random() % largest, bytes.size());
    kept.append(bytes.substr(0, size));
    bytes.remove_prefix(size);
    std::string_view input = kept;
    for (;;) {
      const auto progress = reader.read(input);
      if (progress == RequestReader::Progress::NeedsMore) break;
      if (progress == RequestReader::Progress::Faulty) {
        return understood + "fault " + std::to_string(reader.fault().status);
      }
      if (progress == RequestReader::Progress::Complete) {
        const Request& request = reader.request();
        understood += request.method + " " + request.target + " " + request.body + "|";
        for (const Header& header : request.headers) understood += header.name + "=" + header.value + ";";
        understood += "\n";
        reader.reset();
      }
    }
    kept.erase(0, kept.size() - input.size());
  }
  return understood;
}

const std::string kStream =
    "GET /fhir/Patient?name=a%20b HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n"
    "POST /fhir HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\nhello world"
    "\r\nPUT /fhir/X/1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
    "chunked\r\n\r\n4\r\nwiki\r\n5;x=y\r\npedia\r\n0\r\nA: b\r\n\r\n"
    "HEAD / HTTP/1.0\r\n\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(reader)

BOOST_AUTO_TEST_CASE(the_same_bytes_in_any_pieces_are_the_same_requests) {
  std::mt19937 random(1);
  const std::string whole = read(kStream, kStream.size() * 2, random);
  BOOST_TEST(std::count(whole.begin(), whole.end(), '\n') == 4);
  BOOST_TEST(whole.find("wikipedia") != std::string::npos);
  for (int i = 0; i < 300; ++i) BOOST_REQUIRE(read(kStream, 1 + random() % 40, random) == whole);
}

BOOST_AUTO_TEST_CASE(bytes_gone_wrong_are_judged_alike_in_any_pieces) {
  std::mt19937 random(2);
  constexpr std::string_view kInteresting("\r\n\0 \t:;,%/0159aAf\x80\xff", 19);
  for (int i = 0; i < 3000; ++i) {
    std::string bytes = kStream;
    for (unsigned k = 0; k < 1 + random() % 4; ++k) {
      const std::size_t at = random() % bytes.size();
      switch (random() % 3) {
        case 0:
          bytes[at] = kInteresting[random() % kInteresting.size()];
          break;
        case 1:
          bytes.insert(at, 1, kInteresting[random() % kInteresting.size()]);
          break;
        default:
          bytes.erase(at, 1 + random() % 3);
          break;
      }
    }
    const std::string whole = read(bytes, bytes.size() * 2, random);
    const std::string pieces = read(bytes, 1 + random() % 20, random);
    BOOST_REQUIRE_MESSAGE(whole == pieces, bytes << "\n-- whole:\n" << whole << "\n-- pieces:\n" << pieces);
  }
}

BOOST_AUTO_TEST_CASE(a_head_that_is_too_long_and_wrong_besides_is_judged_alike_in_any_pieces) {
  std::mt19937 random(5);
  const std::string line = "GET /a HTTP/1.1\r\n";
  const std::string noTarget(3000, 'a');
  const std::string field = "Host: h\r\nX: " + std::string(3000, 'x');
  for (const std::size_t largest : {1, 100, 20'000}) {
    // No method, no CR, a head that ends: none of it is seen before the line is too long.
    for (const char* end : {"\r\n\r\n", "\n", " / HTTP/1.1\r\n\r\n"})
      BOOST_TEST(read(noTarget + end, largest, random) == "fault 414");
    for (const char* end : {"\r\n\r\n", "\n\r\n", "\r\nno field\r\n\r\n"}) {
      BOOST_TEST(read(line + field + end, largest, random) == "fault 431");
      BOOST_TEST(read("no request line\r\n" + field + end, largest, random) == "fault 431");
    }
  }
}

BOOST_AUTO_TEST_CASE(an_empty_chunked_body_is_whole_in_any_pieces) {
  std::mt19937 random(4);
  const std::string start = "PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char* body : {"0\r\n\r\n", "00\r\n\r\n", "0\r\nT: t\r\n\r\n", "0;a=b\r\n\r\n"})
    for (const std::size_t largest : {1, 2, 3, 4, 5, 100})
      BOOST_TEST(read(start + body + "GET /b HTTP/1.1\r\nHost: h\r\n\r\n", largest, random) ==
                 "PUT /a |Host=h;Transfer-Encoding=chunked;\nGET /b |Host=h;\n");
  BOOST_TEST(read(start + "0\r\n", 1, random).empty());
  BOOST_TEST(read(start + "x\r\n\r\n", 1, random) == "fault 400");
}

BOOST_AUTO_TEST_CASE(a_chunks_head_and_the_trailers_have_one_bound_in_any_pieces) {
  std::mt19937 random(3);
  const std::string start = "PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto withHead = [&](std::size_t size) {
    return start + "1;" + std::string(size - 4, 'e') + "\r\nb\r\n0\r\n\r\n";
  };
  const auto withSecondHead = [&](std::size_t size) {
    return start + "1\r\na\r\n1;" + std::string(size - 6, 'e') + "\r\nb\r\n0\r\n\r\n";
  };
  const auto withTrailers = [&](std::size_t size) {
    return start + "1\r\nb\r\n0\r\nT:" + std::string(size - 11, 't') + "\r\n\r\n";
  };
  for (const std::size_t largest : {std::size_t{1}, std::size_t{100}, std::size_t{20'000}}) {
    for (const auto& text : {withHead(4096), withSecondHead(4096), withTrailers(4096)})
      BOOST_TEST(read(text, largest, random).starts_with("PUT /a "));
    for (const auto& text :
         {withHead(4097), withSecondHead(4097), withTrailers(4097), withHead(10'000), withTrailers(10'000)})
      BOOST_TEST(read(text, largest, random) == "fault 400");
  }
}

BOOST_AUTO_TEST_SUITE_END()
