// Explainer: what PostgreSQL would do for a statement of the store, and what is bad about it.
//
// Bad is, on a table of many rows:
// - a sequential scan;
// - an index scan that nothing bounds but the resource type or the parameter's number (a walk), unless it
//   gives rows in the order asked for to a LIMIT, which ends it after a page, and the search is one that a
//   page's worth of rows is likely to fulfil;
// - a sort or a hash of more than a twentieth of the observations.
// Threading: one thread. Errors: std::runtime_error, which fails the test.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace plans {

// A statement as the store sent it: each `?` outside quotes takes the next value.
struct Sent {
  std::string sql;
  std::vector<std::optional<std::string>> values;
};

struct Allowed {
  bool pageWalk = false;  // a walk under a LIMIT, in the order asked for
};

class Explainer {
 public:
  // Once there are statistics. `large`: tables of more rows are; sorts and hashes of more rows are bad, and
  // walks of more than half as many.
  Explainer(const std::string& databaseUrl, double large);

  enum class Mode { custom, generic };
  // What is bad about the plan, one sentence for each; empty when it is good. The plan itself is plan().
  std::vector<std::string> faults(const Sent&, Mode, const Allowed&);
  // The last plan as PostgreSQL prints it.
  std::string plan() const;

 private:
  struct Finish {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
  };
  std::string run(const std::string& sql) const;

  std::unique_ptr<PGconn, Finish> connection_;
  double large_;
  std::set<std::string> bigTables_;
  std::string execute_;
};

}  // namespace plans
