// Texts: everything that the pages say, in each language: one file LANGUAGE.json in a folder.
//
//   {"language": "English", "texts": {"sign_in.title": "Sign in", "sign_in.for": "to go on to {app}"}}
//
// en.json is the model: every other file has the same keys, each with the same placeholders. Threading:
// immutable, shared by all. Errors: load() fails (badRequest) with one issue for each fault, naming file and
// key.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"

namespace people {

struct Filling;

// A text of the files by its key, with what its placeholders stand for; or a literal, the same in every
// language.
struct Message {
  std::string key;
  std::string literal;  // when there is no key
  std::vector<Filling> values;

  static Message of(std::string key);
  static Message of(std::string key, std::vector<Filling> values);
  static Message plain(std::string literal);
};

// What a placeholder stands for.
struct Filling {
  std::string name;
  Message message;
};

struct Language {
  std::string code;  // BCP 47, as the file is called: "en", "hi"
  std::string name;  // as its speakers write it
  std::map<std::string, std::string, std::less<>> texts;
};

class Texts {
 public:
  static fhir::Result<Texts> load(const std::string& directory);

  const std::vector<Language>& languages() const noexcept { return languages_; }  // by code
  // nullptr when there is no such language.
  const Language* find(std::string_view code) const noexcept;
  // The best of Accept-Language (RFC 9110, section 12.5.4); English when none is there.
  const Language& bestOf(std::string_view acceptLanguage) const noexcept;

  bool has(std::string_view key) const noexcept;
  // Names in braces, of a key that is there.
  std::set<std::string> placeholders(std::string_view key) const;

 private:
  std::vector<Language> languages_;
};

// The message as plain text: escaping is the page's. A key that is not there stands for itself.
std::string say(const Language& language, const Message& message);

}  // namespace people
