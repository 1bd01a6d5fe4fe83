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

BOOST_AUTO_TEST_SUITE_END()
