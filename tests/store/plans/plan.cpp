#include "tests/store/plans/plan.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <array>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace plans {
namespace {

using Node = rapidjson::Value;

std::string text(const Node& node, const char* member) {
  const auto found = node.FindMember(member);
  return found == node.MemberEnd() || !found->value.IsString() ? std::string() : found->value.GetString();
}

// Partial indexes of the rows that are wholly indexed, which are few: a walk of them is short.
bool isShort(std::string_view index) {
  return index.ends_with("_whole");
}

// Whether an index condition leads to some rows of a type or parameter, not only to all of them, or to all
// that come after another one.
bool bounds(std::string condition) {
  static const std::regex ofType(
      R"((\w+\.)?(parameter|resource_type|record_type)\)?(::\w+)? = (ANY \('[^']*'::[a-z"]+\[\]\)|'[^']*'(::\w+)?|\d+))");
  static const std::regex afterKey(R"((\w+\.)?(id|key) [<>]=? (\$\d+|'[^']*'::uuid))");
  static const std::regex present(R"((\w+\.)?\w+ IS NOT NULL)");
  for (const auto& regex : {ofType, afterKey, present}) condition = std::regex_replace(condition, regex, "");
  condition = std::regex_replace(condition, std::regex("AND"), "");
  return condition.find_first_not_of("() ") != std::string::npos;
}

// One that EXPLAIN always gives there.
const Node& member(const Node& at, const char* name) {
  return at.FindMember(name)->value;
}

class Judge {
 public:
  Judge(const Allowed& allowed, double large, const std::set<std::string>& bigTables)
      : allowed_(allowed), large_(large), bigTables_(bigTables) {}

  void node(const Node& at, bool ends) {
    const std::string kind = text(at, "Node Type");
    const std::string table = text(at, "Relation Name");
    if (kind == "Seq Scan" && isBig(table)) {
      faults.push_back("a sequential scan of " + table);
    } else if (kind == "Index Scan" || kind == "Index Only Scan") {
      if (isBig(table) && !bounds(text(at, "Index Cond"))) walk(at, table, ends);
    } else if (kind == "Bitmap Heap Scan" && isBig(table)) {
      bitmap(member(at, "Plans")[0], table);
    } else if ((kind == "Sort" || kind == "Hash") && rowsOf(at) > large_) {
      faults.push_back((kind == "Sort" ? "a sort of " : "a hash of ") +
                       std::to_string(static_cast<long>(rowsOf(at))) + " rows");
    }
    const auto plans = at.FindMember("Plans");
    if (plans == at.MemberEnd() || kind == "Bitmap Heap Scan") return;
    for (const Node& child : plans->value.GetArray()) {
      // A subplan runs for each row; an InitPlan once.
      const std::string relation = text(child, "Parent Relationship");
      const bool flows = relation == "Outer" || relation == "Member" || relation == "Subquery";
      node(child, kind == "Limit" || (ends && flows && passes(kind)));
    }
  }

  std::vector<std::string> faults;

 private:
  static double rowsOf(const Node& at) { return member(member(at, "Plans")[0], "Plan Rows").GetDouble(); }
  // Gives a row as soon as it has one.
  static bool passes(std::string_view kind) {
    static constexpr std::array<std::string_view, 10> all{
        "Append",           "Merge Append", "Subquery Scan", "Nested Loop", "Result",
        "Incremental Sort", "Merge Join",   "Hash Join",     "Unique",      "Memoize"};
    return std::find(all.begin(), all.end(), kind) != all.end();
  }

  void walk(const Node& at, const std::string& table, bool ends) {
    // Then as many rows come out as it reads.
    static const std::regex notAsked(
        R"(\(NOT is_deleted\)|\(ROW\(id, [^()]*\) [<>] ROW\([^()]*(\([^()]*\))?[^()]*\)\)|AND|[() ])");
    const bool all = std::regex_replace(text(at, "Filter"), notAsked, "").empty();
    if (isShort(text(at, "Index Name")) || (all && member(at, "Plan Rows").GetDouble() < large_ / 2)) return;
    if (ends && allowed_.pageWalk) return;
    faults.push_back("a walk through " + text(at, "Index Name") + " of " + table +
                     (ends ? ", until a page is full" : ""));
  }

  void bitmap(const Node& at, const std::string& table) {
    const auto plans = at.FindMember("Plans");
    if (plans != at.MemberEnd()) {
      const bool all = text(at, "Node Type") == "BitmapOr";
      std::vector<std::string> worst = faults;
      bool oneBounds = false;
      for (const Node& child : plans->value.GetArray()) {
        const std::size_t before = faults.size();
        bitmap(child, table);
        oneBounds = oneBounds || faults.size() == before;
      }
      // Of an intersection one part that bounds is enough.
      if (!all && oneBounds) faults = std::move(worst);
      return;
    }
    if (!bounds(text(at, "Index Cond"))) walk(at, table, false);
  }

  bool isBig(const std::string& table) const { return bigTables_.contains(table); }

  Allowed allowed_;
  double large_;
  const std::set<std::string>& bigTables_;
};

std::string literal(PGconn* connection, const std::optional<std::string>& value) {
  if (!value) return "NULL";
  char* quoted = PQescapeLiteral(connection, value->data(), value->size());
  std::string out(quoted);
  PQfreemem(quoted);
  return out;
}

std::string numbered(std::string_view sql) {
  std::string out;
  char quote = 0;
  int number = 0;
  for (const char c : sql) {
    if (quote == 0 && c == '?') {
      out += "$" + std::to_string(++number);
      continue;
    }
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    }
    out += c;
  }
  return out;
}

}  // namespace

Explainer::Explainer(const std::string& databaseUrl, double large)
    : connection_(PQconnectdb(databaseUrl.c_str())), large_(large) {
  // As the server's connections have it (src/store/connection_string.cpp).
  run("SET client_min_messages = warning; SET TimeZone = 'UTC'; SET enable_mergejoin = off; SET jit = off");
  std::istringstream names(run(
      "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace IN ('public'::regnamespace, "
      "'fhir'::regnamespace) AND c.reltuples > " +
      std::to_string(large_)));
  for (std::string name; std::getline(names, name);) bigTables_.insert(name);
}

std::string Explainer::run(const std::string& sql) const {
  PGresult* result = PQexec(connection_.get(), sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  std::string out;
  for (int row = 0; row < PQntuples(result); ++row) out.append(PQgetvalue(result, row, 0)).append("\n");
  PQclear(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    throw std::runtime_error(std::string(PQerrorMessage(connection_.get())) + " in " + sql);
  return out;
}

std::vector<std::string> Explainer::faults(const Sent& sent, Mode mode, const Allowed& allowed) {
  run("DEALLOCATE ALL");
  run("PREPARE sent AS " + numbered(sent.sql));
  run(mode == Mode::custom ? "SET plan_cache_mode = force_custom_plan"
                           : "SET plan_cache_mode = force_generic_plan");
  execute_ = "EXECUTE sent";
  for (std::size_t i = 0; i < sent.values.size(); ++i)
    execute_ += (i == 0 ? "(" : ", ") + literal(connection_.get(), sent.values[i]);
  if (!sent.values.empty()) execute_ += ")";
  rapidjson::Document document;
  document.Parse(run("EXPLAIN (FORMAT JSON) " + execute_).c_str());
  Judge judge(allowed, large_, bigTables_);
  judge.node(member(document[0], "Plan"), false);
  return std::move(judge.faults);
}

std::string Explainer::plan() const {
  return run("EXPLAIN " + execute_);
}

}  // namespace plans
