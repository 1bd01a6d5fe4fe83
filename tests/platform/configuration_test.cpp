#include "src/platform/configuration.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

using platform::hidePassword;
using platform::load;
using platform::Loaded;
using platform::NamedText;
using namespace std::chrono_literals;

namespace {

Loaded loadFile(std::string text) {
  return load({.fileName = "hvfhir.conf", .fileText = std::move(text), .environment = {}, .flags = {}});
}

std::string onlyFault(const Loaded& loaded) {
  return loaded.faults.size() == 1 ? loaded.faults.front() : std::to_string(loaded.faults.size()) + " faults";
}

std::string originOf(const Loaded& loaded, std::string_view name) {
  for (std::size_t i = 0; i < platform::options().size(); ++i) {
    if (platform::options()[i].name == name) return loaded.origins[i];
  }
  return "unknown";
}

bool contains(std::string_view text, std::string_view piece) {
  return text.find(piece) != std::string_view::npos;
}

// Compares with a generated document; with HV_WRITE_DOCUMENTS=1 writes it instead.
void checkDocument(const std::string& path, const std::string& wanted) {
  const char* top = std::getenv("HV_SOURCE_DIR");
  if (top == nullptr) {
    BOOST_TEST_MESSAGE("SKIPPED: HV_SOURCE_DIR is not set");
    return;
  }
  const std::string file = std::string(top) + "/" + path;
  if (std::getenv("HV_WRITE_DOCUMENTS") != nullptr) std::ofstream(file) << wanted;
  std::ostringstream found;
  found << std::ifstream(file).rdbuf();
  BOOST_TEST((found.str() == wanted),
             path << " is not current; HV_WRITE_DOCUMENTS=1 ctest -R test_platform writes it");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(configuration)

BOOST_AUTO_TEST_CASE(the_later_source_wins_and_each_value_knows_where_it_came_from) {
  const Loaded loaded =
      load({.fileName = "hvfhir.conf",
            .fileText = "port = 1000\nworkers = 3\n\nlog-level = debug\n",
            .environment = {{"HVFHIR_PORT", "2000"}, {"HVFHIR_WORKERS", "4"}, {"PATH", "/bin"}},
            .flags = {{"port", "3000"}}});
  BOOST_TEST(loaded.faults.empty());
  BOOST_TEST(loaded.configuration.port == 3000);
  BOOST_TEST(loaded.configuration.workers == 4U);
  BOOST_TEST((loaded.configuration.logLevel == platform::log::Level::debug));
  BOOST_TEST(originOf(loaded, "port") == "--port");
  BOOST_TEST(originOf(loaded, "workers") == "HVFHIR_WORKERS");
  BOOST_TEST(originOf(loaded, "log-level") == "hvfhir.conf:4");
  BOOST_TEST(originOf(loaded, "address") == "default");
}

BOOST_AUTO_TEST_CASE(the_buffers_of_all_connections_take_two_of_the_largest_bodies) {
  BOOST_TEST(contains(onlyFault(loadFile("max-body = 16MiB\nmax-buffered = 31MiB\n")), "max-buffered"));
  BOOST_TEST(loadFile("max-body = 16MiB\nmax-buffered = 32MiB\n").faults.empty());
}

BOOST_AUTO_TEST_CASE(nothing_given_gives_the_defaults) {
  const Loaded loaded = load({});
  BOOST_TEST(loaded.faults.empty());
  BOOST_TEST(loaded.configuration.port == 8080);
  BOOST_TEST(loaded.configuration.publicBase(8080) == "http://localhost:8080/fhir");
}

BOOST_AUTO_TEST_CASE(sizes_durations_lists_and_quotes_are_understood) {
  const Loaded loaded = loadFile(
      "max-body = 2 MiB  # comment\nidle-timeout=1min\r\n  request-timeout = 1500ms\n"
      "cors-origins = https://a.example , https://b.example\ntls-key = \"/etc/k #1.pem\" # "
      "key\ntls-certificate = c.pem\n"
      "pretty = yes\ndrain-timeout = 0\nreferences = strict\nbase-url = https://fhir.example.org/fhir/\n# "
      "port = x\n");
  BOOST_TEST(loaded.faults.empty());
  const auto& configuration = loaded.configuration;
  BOOST_TEST(configuration.maxBody == 2U * 1024 * 1024);
  BOOST_TEST((configuration.idleTimeout == 60s));
  BOOST_TEST((configuration.requestTimeout == 1500ms));
  BOOST_TEST(
      configuration.corsOrigins == (std::vector<std::string>{"https://a.example", "https://b.example"}),
      boost::test_tools::per_element());
  BOOST_TEST(configuration.tlsKey == "/etc/k #1.pem");
  BOOST_TEST(configuration.pretty);
  BOOST_TEST((configuration.references == platform::References::strict));
  BOOST_TEST(configuration.publicBase(1) == "https://fhir.example.org/fhir");
}

BOOST_AUTO_TEST_CASE(a_bad_value_names_place_option_value_and_what_is_allowed) {
  BOOST_TEST(onlyFault(loadFile("\nport = eighty\n")) ==
             "hvfhir.conf:2: port: \"eighty\" is not allowed; must be a whole number from 0 to 65535");
  BOOST_TEST(
      onlyFault(load(
          {.fileName = {}, .fileText = {}, .environment = {{"HVFHIR_MAX_BODY", "1 TB"}}, .flags = {}})) ==
      "HVFHIR_MAX_BODY: \"1 TB\" is not allowed; must be a number with its unit (B, KiB, MiB, GiB) "
      "from 1KiB to 1GiB");
  BOOST_TEST(onlyFault(load(
                 {.fileName = {}, .fileText = {}, .environment = {}, .flags = {{"references", "maybe"}}})) ==
             "--references: \"maybe\" is not allowed; must be lenient or strict");
}

BOOST_AUTO_TEST_CASE(values_outside_the_bounds_are_refused) {
  for (const char* line : {"port = 65536", "port = -1", "port =", "port = 80x", "workers = 0",
                           "idle-timeout = 5", "idle-timeout = 25h", "max-body = 99999999999999999999",
                           "max-body = 18446744073709551615GiB", "pretty = maybe", "cors-origins = a,,b",
                           "mappings =", "address =", "log-level = INFO", "tls-key = \"open"}) {
    BOOST_TEST(loadFile(line).faults.size() == 1U, line);
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_name_is_an_error_that_says_the_right_one) {
  BOOST_TEST(onlyFault(loadFile("prot = 1")) ==
             "hvfhir.conf:1: prot: there is no such option; did you mean port?");
  BOOST_TEST(onlyFault(loadFile("colour-of-the-sky = 1")) ==
             "hvfhir.conf:1: colour-of-the-sky: there is no such option");
  BOOST_TEST(
      onlyFault(load(
          {.fileName = {}, .fileText = {}, .environment = {{"HVFHIR_DATABASEURL", "x"}}, .flags = {}})) ==
      "environment: HVFHIR_DATABASEURL: there is no such option; did you mean HVFHIR_DATABASE_URL?");
}

BOOST_AUTO_TEST_CASE(every_fault_is_named_not_only_the_first) {
  const Loaded loaded =
      loadFile("port = x\nnonsense\nworkers = 1\nworkers = 2\ntls-key = k.pem\npage-size = 2000\n");
  BOOST_TEST(loaded.faults.size() == 5U);
  BOOST_TEST(contains(loaded.faults[1], "hvfhir.conf:2: is not of the form name = value"));
  BOOST_TEST(contains(loaded.faults[2], "hvfhir.conf:4: workers: was set in line 3 already"));
  BOOST_TEST(contains(loaded.faults[3], "tls-certificate and tls-key"));
  BOOST_TEST(contains(loaded.faults[4], "max-page-size (1000)"));
}

BOOST_AUTO_TEST_CASE(required_profiles_need_a_level_that_checks_them) {
  BOOST_TEST(loadFile("required-profiles = http://example.org/a").faults.empty());
  const Loaded loaded = loadFile("validation = base\nrequired-profiles = http://example.org/a");
  BOOST_REQUIRE(loaded.faults.size() == 1U);
  BOOST_TEST(contains(loaded.faults[0], "required-profiles: needs validation = profiles"));
}

BOOST_AUTO_TEST_CASE(accesses_go_unnoted_only_where_there_is_no_access_control) {
  BOOST_TEST(loadFile("access = off\naudit-reads = no").faults.empty());
  const Loaded loaded = loadFile("audit-reads = no");
  BOOST_REQUIRE(loaded.faults.size() == 1U);
  BOOST_TEST(contains(loaded.faults[0], "audit-reads: no needs access = off"));
}

BOOST_AUTO_TEST_CASE(the_base_and_the_database_must_be_urls) {
  BOOST_TEST(loadFile("base-url = fhir.example.org").faults.size() == 1U);
  BOOST_TEST(loadFile("base-url = https://fhir.example.org/fhir?x=1").faults.size() == 1U);
  BOOST_TEST(loadFile("database-url = mysql://localhost/x").faults.size() == 1U);
  BOOST_TEST(loadFile("database-url = host=/run/postgresql dbname=hvfhir").faults.empty());
}

BOOST_AUTO_TEST_CASE(a_password_in_the_database_url_is_never_shown) {
  const Loaded loaded = loadFile("database-url = postgresql://hv:geheim@db.example/hvfhir\n");
  const std::string printed = platform::printConfiguration(loaded);
  BOOST_TEST(!contains(printed, "geheim"));
  BOOST_TEST(contains(printed, "postgresql://hv:***@db.example/hvfhir"));
  const Loaded wrong = loadFile("database-url = geheim\x01\n");
  BOOST_TEST(!contains(onlyFault(wrong), "geheim"));
}

BOOST_AUTO_TEST_CASE(passwords_are_hidden_however_they_are_written) {
  BOOST_TEST(hidePassword("postgresql://u:p@h:5432/d?sslmode=require") ==
             "postgresql://u:***@h:5432/d?sslmode=require");
  BOOST_TEST(hidePassword("postgresql://u:p/q@r@h/d") == "postgresql://u:***@h/d");
  BOOST_TEST(hidePassword("postgresql://u@h:5432/d") == "postgresql://u@h:5432/d");
  BOOST_TEST(hidePassword("postgresql:///d?user=u&password=p&host=/run") ==
             "postgresql:///d?user=u&password=***&host=/run");
  BOOST_TEST(hidePassword("postgresql:///d?pass%77ord=p") == "postgresql:///d?pass%77ord=***");
  BOOST_TEST(hidePassword("postgresql://u:a?b=c@h/d") == "postgresql://u:***@h/d");
  BOOST_TEST(hidePassword("postgresql:///d?sslpassword=p") == "postgresql:///d?sslpassword=***");
  BOOST_TEST(hidePassword("host=h password=p dbname=d") == "host=h password=*** dbname=d");
  BOOST_TEST(hidePassword("password = 'a b\\' c' host=h") == "password = *** host=h");
  BOOST_TEST(hidePassword("host=h password=") == "host=h password=***");
  BOOST_TEST(hidePassword("postgresql:///d?user=u@x&password=p") == "postgresql:///d?user=u@x&password=***");
}

BOOST_AUTO_TEST_CASE(what_is_printed_loads_again_to_the_same) {
  const Loaded first = loadFile(
      "port = 9\nmax-body = 3MiB\nidle-timeout = 90s\ncors-origins = a, b\nmappings = \"my \\\"maps\\\" #2 "
      "\"\nreferences = strict\npretty = on\n");
  BOOST_TEST(first.faults.empty());
  const Loaded second = loadFile(platform::printConfiguration(first));
  BOOST_TEST(second.faults.empty());
  for (const platform::Option& option : platform::options()) {
    BOOST_TEST(option.print(option, first.configuration) == option.print(option, second.configuration));
  }
}

BOOST_AUTO_TEST_CASE(every_default_is_a_value_that_is_allowed) {
  const platform::Configuration defaults;
  for (const platform::Option& option : platform::options()) {
    platform::Configuration parsed;
    BOOST_TEST(option.parse(option, option.print(option, defaults), parsed), option.name);
  }
}

BOOST_AUTO_TEST_CASE(the_generated_documents_are_current) {
  checkDocument("docs/configuration.md", platform::configurationDocument());
  checkDocument("docs/hvfhir.conf", platform::defaultConfigurationFile());
}

BOOST_AUTO_TEST_SUITE_END()
