#include "src/audit/verify.h"

#include <map>
#include <set>
#include <utility>

#include "src/audit/checkpoints.h"
#include "src/audit/lines.h"

namespace audit {
namespace {

std::string positions(std::int64_t first, std::int64_t last) {
  return first == last ? "position " + std::to_string(first)
                       : "positions " + std::to_string(first) + " to " + std::to_string(last);
}

// What is kept of a row when the next one has come.
struct Seen {
  std::int64_t position = 0;
  std::string id, time, hash;
};

// One chain, row by row.
class Walk {
 public:
  Walk(const Anchors& anchors, bool isWhole, const Anchors::Report& report, Verified& verified)
      : anchors_(anchors), isWhole_(isWhole), report_(report), verified_(verified) {}

  void begin(std::int64_t chain) {
    chain_ = chain;
    known_ = &anchors_.of(chain);
    next_ = 0;
    confirmed_ = 0;
    rewritten_ = 0;
    hasRow_ = false;
    last_ = {};
    before_ = std::string(64, '0');
    ++verified_.chains;
  }

  void row(const Record& record) {
    ++verified_.rows;
    const bool isHashed = hashOf(record) == record.hash();
    const bool isAsWritten = isHashed && hasPersonsOfLines(record);
    if (hasRow_ && record.position() <= last_.position) {
      another(record, isAsWritten);
      return;
    }
    const bool follows = hasRow_ || isWhole_;
    const std::int64_t expected = hasRow_ ? last_.position + 1 : 1;
    bool linked = follows;
    if (follows && record.position() > expected) {
      say(Fault::removed, "chain " + std::to_string(chain_) + " " +
                              positions(expected, record.position() - 1) + ": removed" + neighbours(record));
      linked = false;
    }
    if (hasRow_) before_ = last_.hash;
    wasGood_ = isAsWritten && (!linked || record.previous() == before_);
    if (!isAsWritten) {
      say(Fault::changed, name(record) + ": its content is not what was written" +
                              (isHashed ? " (persons are not those of its accesses)" : differences(record)));
    } else if (linked && record.previous() != before_) {
      say(Fault::unlinked, name(record) + ": it does not follow the row before it" +
                               (hasRow_ ? " (id " + last_.id + "), one of the two was put there or made anew"
                                        : ", which is none"));
    }
    keep(record);
    anchor(record);
  }

  void end(const Head* head) {
    if (next_ < known_->size() && isWhole_) {
      const Anchor& missing = known_->back();
      if (missing.position > last_.position)
        say(Fault::removed,
            tail(missing.position) + ", which checkpoint " + std::to_string(missing.number) + " saw");
    }
    if (rewritten_ > 1)
      say(Fault::rewritten, "chain " + std::to_string(chain_) + ": " + std::to_string(rewritten_ - 1) +
                                " later checkpoints saw other rows, too");
    verified_.uncovered += static_cast<std::uint64_t>(last_.position - std::min(last_.position, seenLast()));
    if (!isWhole_) return;
    const std::string which = "chain " + std::to_string(chain_);
    if (head == nullptr) {
      say(Fault::head, which + ": its head was removed; its last row is " + lastName());
    } else if (head->position > last_.position) {
      say(Fault::removed, tail(head->position) + ", which the head has");
    } else if (head->position < last_.position || head->hash != last_.hash) {
      say(Fault::head, which + ": the head stands at position " + std::to_string(head->position) +
                           " and is not the last row, " + lastName());
    }
  }

 private:
  static std::string name(const Record& record) {
    return "chain " + std::to_string(record.chain()) + " position " + std::to_string(record.position()) +
           " id " + std::string(record.id()) + " time " + std::string(record.time());
  }

  std::string lastName() const {
    return hasRow_ ? "position " + std::to_string(last_.position) + " id " + last_.id + " time " + last_.time
                   : "none";
  }

  std::string neighbours(const Record& record) const {
    return " (between " + (hasRow_ ? "id " + last_.id + " of " + last_.time : std::string("the beginning")) +
           " and id " + std::string(record.id()) + " of " + std::string(record.time()) + ")";
  }

  std::string tail(std::int64_t until) const {
    return "chain " + std::to_string(chain_) + " " + positions(last_.position + 1, until) + ": removed" +
           (hasRow_ ? " (after " + lastName() + ")" : "");
  }

  void say(Fault fault, std::string text) {
    ++verified_.findings;
    report_({fault, std::move(text)});
  }

  void keep(const Record& record) {
    last_ = {record.position(), std::string(record.id()), std::string(record.time()),
             std::string(record.hash())};
    hasRow_ = true;
  }

  // Of two rows at one place the one that is whole and follows stays.
  void another(const Record& record, bool isAsWritten) {
    const bool isGood = isAsWritten && record.previous() == before_ && record.position() == last_.position;
    if (isGood && !wasGood_) {
      keep(record);
      wasGood_ = true;
      return;  // the one before it has been named
    }
    say(Fault::inserted, name(record) + ": the place is another row's, id " + last_.id);
  }

  std::int64_t seenLast() const { return known_->empty() ? 0 : known_->back().position; }

  void anchor(const Record& record) {
    while (next_ < known_->size() && (*known_)[next_].position < record.position()) ++next_;
    for (; next_ < known_->size() && (*known_)[next_].position == record.position(); ++next_) {
      const Anchor& seen = (*known_)[next_];
      if (hexOf({reinterpret_cast<const char*>(seen.hash.data()), seen.hash.size()}) == record.hash()) {
        confirmed_ = record.position();
      } else if (++rewritten_ == 1) {
        say(Fault::rewritten, name(record) + ": checkpoint " + std::to_string(seen.number) +
                                  " saw another row here; of chain " + std::to_string(chain_) + " " +
                                  positions(confirmed_ + 1, record.position()) + " may be made anew");
      }
    }
  }

  const Anchors& anchors_;
  const bool isWhole_;
  const Anchors::Report& report_;
  Verified& verified_;
  std::int64_t chain_ = 0;
  const std::vector<Anchor>* known_ = nullptr;
  std::size_t next_ = 0;
  std::int64_t confirmed_ = 0;  // the last position that a checkpoint has confirmed
  std::int64_t rewritten_ = 0;  // checkpoints that saw other rows
  bool hasRow_ = false;
  bool wasGood_ = false;
  Seen last_;
  std::string before_;  // the hash that the row at last_.position must follow
};

}  // namespace

std::string_view nameOf(Fault fault) noexcept {
  switch (fault) {
    case Fault::changed:
      return "changed";
    case Fault::removed:
      return "removed";
    case Fault::inserted:
      return "inserted";
    case Fault::unlinked:
      return "unlinked";
    case Fault::rewritten:
      return "rewritten";
    case Fault::head:
      return "head";
    case Fault::checkpoint:
      return "checkpoint";
  }
  return {};
}

fhir::Result<Verified> verify(Trail& trail, const Keys& keys, Trail* exported,
                              const std::function<void(const Finding&)>& report) {
  Verified out;
  auto anchors = Anchors::read(trail, keys, exported, report, out);
  if (!anchors) return std::move(anchors).outcome();
  auto found = trail.heads();
  if (!found) return std::move(found).outcome();
  std::map<std::int64_t, Head> heads;
  std::set<std::int64_t> unseen;  // chains of which no row has come
  for (Head& head : *found) {
    unseen.insert(head.chain);
    heads.emplace(head.chain, std::move(head));
  }
  for (const auto& [chain, known] : anchors->all()) unseen.insert(chain);
  const auto headOf = [&](std::int64_t chain) {
    const auto head = heads.find(chain);
    return head == heads.end() ? nullptr : &head->second;
  };
  Walk walk(*anchors, trail.isWhole(), report, out);
  std::optional<std::int64_t> current;
  auto walked = trail.eachRecord([&](const Record& record) {
    if (current != record.chain()) {
      if (current) walk.end(headOf(*current));
      current = record.chain();
      unseen.erase(*current);
      walk.begin(*current);
    }
    walk.row(record);
  });
  if (!walked) return std::move(walked).outcome();
  if (current) walk.end(headOf(*current));
  if (!trail.isWhole()) return out;
  for (const std::int64_t chain : unseen) {
    walk.begin(chain);
    walk.end(headOf(chain));
  }
  return out;
}

}  // namespace audit
