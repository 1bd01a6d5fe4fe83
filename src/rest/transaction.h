// Transaction: all entries of a transaction Bundle in one database transaction, all or nothing.
//
// Specification: RESTful API, "Transaction Processing Rules" (https://hl7.org/fhir/R4/http.html#trules). How
// it goes: docs/decisions/0301-conditions-and-bundles.md. Threading and ownership: as Call. Errors: the
// faults of all entries, where they can be told at once, else of the first; each located in the Bundle.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/bundle/links.h"
#include "src/rest/budget.h"
#include "src/rest/entries.h"
#include "src/rest/entry_answer.h"
#include "src/rest/pipeline.h"
#include "src/rest/write.h"

namespace rest {

// Admits an entry of a Bundle; without Prefer: return its writes are answered without a resource.
fhir::Result<Admitted> admitEntry(const Call& outer, const Entry&, EntryBody&);

// The faults of several entries, each located; the first one's status is that of all.
class Faults {
 public:
  void add(const fhir::Outcome&);
  bool any() const noexcept { return any_; }
  fhir::Outcome take() { return std::move(all_); }

 private:
  fhir::Outcome all_;
  bool any_ = false;
};

class Transaction {
 public:
  // Both must outlive it.
  Transaction(Call& call, const std::vector<std::unique_ptr<Entry>>& entries);

  Answer perform();

 private:
  using Done = fhir::Result<fhir::Done>;

  // One entry on its way.
  struct Step {
    const Entry* entry = nullptr;
    EntryBody body;
    std::optional<Admitted> admitted;
    std::optional<Criteria> criteria;  // of a conditional update, patch or delete
    EntryAnswer answer;
    // Of a create or update:
    const WriteSteps* steps = nullptr;
    Asked asked;
    Subject subject;
    bool isNew = false;
    std::optional<fhir::Resource> resource;  // as it will be written
    std::vector<fhir::Element*> searches;    // its conditional references that are not resolved yet
    fhir::Outcome warnings;
    bool isWritten = false;
    store::Written written;
  };
  // What a conditional reference means, and after how many rounds of writing it was asked.
  struct Found {
    std::string reference;
    Criteria criteria;
    std::size_t round;
    const Step* step;
    std::string path;
  };

  std::vector<Step*> stepsOf(Turn);

  // Before the database is asked.
  Done prepare();
  fhir::Result<fhir::Done> prepareWrite(Step&);

  // Inside the database transaction.
  Done attempt(store::Session::Manner);
  Done excludeOthers();
  fhir::Result<std::vector<std::string>> namesToLock();
  std::uint32_t mostWritten(const Step&) const;
  Done runAll(Turn);
  Done run(Step&);
  Done findSubjects();
  Done claim(const std::string& name, const Step&);
  void nameEntries();
  void takeResources();
  Done write(store::Session::Manner);
  Done writeReady(store::Session::Manner);
  Done judge(const std::vector<Step*>&);
  Done resolve(Step&);
  fhir::Result<std::string> find(const Step&, const fhir::Element& reference);
  Done recheck();
  Done checkTargets();
  void answerWrites();

  // Ends the transaction with the fault of an entry.
  fhir::Outcome refused(const Step&, const fhir::Outcome&);
  http::Response response() const;

  Call& call_;
  std::vector<Step> steps_;    // in the order of the entries
  std::vector<Step*> inTurn_;  // in the order in which they are done
  bool isLocated_ = false;     // the fault is an entry's, and says so

  Budget budget_;  // of both attempts

  // Of one attempt:
  std::map<std::string, std::size_t> claimed_;  // "Patient/42" -> the entry that is about it
  fhir::bundle::EntryNames names_;
  std::vector<std::pair<std::string, std::string>> placeholders_;  // "urn:..." and what it becomes
  std::map<std::string, Found, std::less<>> found_;                // by the text of a conditional reference
  std::vector<std::pair<std::size_t, const fhir::TypeDefinition*>> writtenTypes_;  // in which round
  std::size_t round_ = 0;
  std::vector<store::Put> puts_;
  std::vector<const Step*> putSteps_;
};

}  // namespace rest
