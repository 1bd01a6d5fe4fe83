// Templates and texts: what is checked at start, and that nothing gets into a page unescaped.
#include "src/smart/people/html.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "src/smart/people/page_list.h"
#include "src/smart/people/words.h"
#include "tests/smart/people/fake.h"

using people::Message;
using people::Template;
using people::Texts;
using people::Values;

namespace {

const std::string kTexts = std::string(std::getenv("HV_SOURCE_DIR")) + "/texts";

const Texts& ourTexts() {
  static const auto texts = Texts::load(kTexts);
  if (!texts) throw std::runtime_error(texts.outcome().toJson());
  return *texts;
}

std::string render(std::string_view html, const std::set<std::string>& names, const Values& values,
                   std::string_view language = "en") {
  const auto compiled = Template::compile("test", html, ourTexts(), names);
  if (!compiled) return compiled.outcome().issues().front().diagnostics;
  return compiled->render(*ourTexts().find(language), values).text();
}

struct Folder {
  Folder() : path(std::filesystem::temp_directory_path() / ("hv_texts_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  void write(const std::string& name, const std::string& text) const { std::ofstream(path / name) << text; }
  std::string faults() const {
    const auto loaded = Texts::load(path.string());
    std::string out;
    if (!loaded)
      for (const fhir::Issue& issue : loaded.outcome().issues()) out += issue.diagnostics + "\n";
    return out;
  }
  std::filesystem::path path;
};

std::string read(const std::filesystem::path& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(html)

BOOST_AUTO_TEST_CASE(whatever_is_put_in_is_escaped) {
  const std::string evil = "<script>\"'&";
  const std::string tame = "&lt;script&gt;&quot;&#39;&amp;";
  BOOST_TEST(render("<a title=\"{{x}}\">{{x}}</a>", {"x"}, Values().set("x", evil)) ==
             "<a title=\"" + tame + "\">" + tame + "</a>");
  BOOST_TEST(render("{{x}}", {"x"}, Values().set("x", Message::plain(evil))) == tame);
  BOOST_TEST(render("{{t sign_in.for_app}}", {"app"}, Values().set("app", evil)) ==
             "Sign in to connect the app " + tame + ".");
  BOOST_TEST(render("{{x}}", {"x"}, Values().set("x", "{{y}} {app}")) == "{{y}} {app}");
}

BOOST_AUTO_TEST_CASE(sections_repeat_and_look_outwards) {
  std::vector<Values> rows;
  rows.push_back(Values().set("a", "1"));
  rows.push_back(Values().set("a", "2").set("b", "inner"));
  const Values values = Values().set("rows", rows).set("b", "outer").set("no", false).set("yes", true);
  BOOST_TEST(render("{{#rows}}[{{a}} {{b}}]{{/rows}}{{^rows}}none{{/rows}}", {"rows", "a", "b"}, values) ==
             "[1 outer][2 inner]");
  BOOST_TEST(render("{{#no}}a{{/no}}{{^no}}b{{/no}}{{#yes}}c{{/yes}}{{^yes}}d{{/yes}}", {"no", "yes"},
                    values) == "bc");
  BOOST_TEST(render("{{#b}}{{b}}{{/b}}{{#e}}x{{/e}}", {"b", "e"}, Values().set("b", "t").set("e", "")) ==
             "t");
}

BOOST_AUTO_TEST_CASE(a_template_that_does_not_fit_is_found_at_start) {
  const auto says = [](std::string_view html, std::string_view part) {
    const std::string fault = render(html, {"x"}, Values().set("x", "y"));
    BOOST_TEST((fault.find(part) != std::string::npos), html << " gives: " << fault);
  };
  says("{{x}}{{y}}", "nobody gives y");
  says("nothing", "x is given and not used");
  says("{{#x}}", "the section x has no end");
  says("{{#x}}{{/y}}", "ends no section");
  says("{{x}}{{/x}}", "ends no section");
  says("{{x", "has no }}");
  says("{{ x }}", "not understood");
  says("{{{x}}}", "not understood");
  says("{{x}}{{t no.such}}", "no text no.such");
  says("{{x}}{{t sign_in.for_app}}", "nobody gives app");
}

BOOST_AUTO_TEST_CASE(a_value_that_is_missing_or_no_text_is_the_program_s_fault) {
  BOOST_CHECK_THROW(render("{{x}}", {"x"}, Values()), std::logic_error);
  BOOST_CHECK_THROW(render("{{x}}", {"x"}, Values().set("x", true)), std::logic_error);
}

BOOST_AUTO_TEST_CASE(the_pages_fit_their_values_and_have_no_script_and_no_style_of_their_own) {
  BOOST_TEST(people::compilePages(ourTexts()).ok());
  for (const people::PageFile& file : people::pageFiles()) {
    if (!file.name.ends_with(".html")) continue;
    for (const char* never :
         {"<script", " style=", "<style", " onclick", " onload", "javascript:", "http://", "https://"})
      BOOST_TEST((file.text.find(never) == std::string_view::npos), file.name << " has " << never);
  }
  BOOST_TEST((people::styleSheet().find("url(") == std::string_view::npos));
}

BOOST_AUTO_TEST_CASE(each_language_has_the_same_keys_and_placeholders) {
  BOOST_TEST(ourTexts().languages().size() == 2u);
  Folder folder;
  BOOST_TEST((folder.faults().find("no en.json") != std::string::npos));
  folder.write("en.json", R"({"language": "English", "texts": {"a": "x {n}", "b": "y"}})");
  BOOST_TEST(folder.faults().empty());
  folder.write("hi.json", R"({"language": "हिन्दी", "texts": {"a": "x {m}", "c": "y"}})");
  const std::string faults = folder.faults();
  BOOST_TEST((faults.find("hi.json: a has other placeholders") != std::string::npos));
  BOOST_TEST((faults.find("hi.json: lacks b.") != std::string::npos));
  BOOST_TEST((faults.find("hi.json: c is not in en.json.") != std::string::npos));
  folder.write("hi.json", R"({"language": "हिन्दी", "texts": {"a": "{n}", "b": "", "a": "{n}"}})");
  BOOST_TEST((folder.faults().find("a is there twice") != std::string::npos));
  BOOST_TEST((folder.faults().find("b must be a text") != std::string::npos));
  folder.write("hi.json", "{");
  BOOST_TEST((folder.faults().find("hi.json") != std::string::npos));
}

// A text that nobody uses is not translated in vain.
BOOST_AUTO_TEST_CASE(each_text_is_used) {
  const auto pages = people::compilePages(ourTexts());
  BOOST_REQUIRE(pages.ok());
  std::set<std::string> used;
  for (const Template& page : *pages) used.insert(page.textKeys().begin(), page.textKeys().end());
  std::string code;
  const std::filesystem::path room = std::string(std::getenv("HV_SOURCE_DIR")) + "/src/smart/people";
  for (const auto& file : std::filesystem::directory_iterator(room))
    if (file.path().extension() == ".cpp") code += read(file.path());
  for (const auto& [key, text] : ourTexts().find("en")->texts) {
    // Made of a prefix and what is asked: kinds of records and scopes, and what a client is for.
    const bool composed =
        key.starts_with("type.") || key.starts_with("scope.") || key.starts_with("client.use_");
    BOOST_TEST((composed || used.contains(key) || code.find('"' + key + '"') != std::string::npos), key);
  }
}

BOOST_AUTO_TEST_CASE(the_language_is_the_one_that_is_liked_best) {
  const auto best = [](std::string_view accept) { return ourTexts().bestOf(accept).code; };
  BOOST_TEST(best("") == "en");
  BOOST_TEST(best("hi") == "hi");
  BOOST_TEST(best("HI-in, en;q=0.8") == "hi");
  BOOST_TEST(best("en;q=0.3, hi;q=0.9") == "hi");
  BOOST_TEST(best("ta, bn;q=0.9, hi;q=0.2, en;q=0.1") == "hi");
  BOOST_TEST(best("ta, *") == "en");
  BOOST_TEST(best("hi;q=0") == "en");
  BOOST_TEST(best(";;;,,,q=,hi;q=nonsense") == "en");
}

BOOST_AUTO_TEST_CASE(scopes_are_said_in_plain_words) {
  const auto words = [](std::string_view scope, std::string_view language = "en") {
    return say(*ourTexts().find(language), people::wordsOf(fixture::askedScope(scope), ourTexts()));
  };
  BOOST_TEST(words("patient/Observation.rs") == "see: measurements and test results");
  BOOST_TEST(words("patient/Observation.rs", "hi") == "देखना: माप और जाँच के परिणाम");
  BOOST_TEST(words("user/*.cruds") == "see, add, change, delete: all records");
  BOOST_TEST(words("user/Slot.cu") == "add, change: records of the kind Slot");
  BOOST_TEST(words("patient/Condition.rs?category=problem-list-item") ==
             "see: health problems and diagnoses, but only those with category=problem-list-item");
  BOOST_TEST(words("offline_access").starts_with("Keep this access, also while you are away"));
  BOOST_TEST(words("openid").starts_with("Learn that it is you"));
}

BOOST_AUTO_TEST_SUITE_END()
