#include "tests/http/fixture.h"

namespace testing {

http::Response faultText(int status, std::string_view reason) {
  http::Response response;
  response.status = status;
  response.setHeader("Content-Type", "text/plain");
  response.body = std::to_string(status) + " " + std::string(reason);
  return response;
}

http::Response echo(const http::Request& request, unsigned) {
  http::Response response;
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  response.body = request.method + "\n";
  for (const auto& segment : request.segments) response.body.append("/").append(segment);
  response.body += "\n";
  for (const auto& [name, value] : request.query) {
    response.body.append(name).append("=").append(value).append(";");
  }
  response.body += "\n" + request.body;
  return response;
}

http::ServerOptions testOptions() {
  http::ServerOptions options;
  options.port = 0;
  options.workers = 4;
  return options;
}

std::string get(std::string_view target, std::string_view moreHeaders) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(moreHeaders) +
         "\r\n";
}

std::string post(std::string_view target, std::string_view body, std::string_view moreHeaders) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(moreHeaders) + "\r\n" + std::string(body);
}

}  // namespace testing
