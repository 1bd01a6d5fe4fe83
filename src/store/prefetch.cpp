// Session::prefetch: the first place of several resources, looked at in one round trip, each as its caller.
#include <algorithm>
#include <utility>

#include "src/store/session_impl.h"

namespace store {
namespace {

// One read with all that its statement points to.
struct Ahead {
  const ReadAhead* read;
  const TypePlan* plan;
  Key key;
  std::shared_ptr<const RowByKey> row;
  std::vector<Parameter> parameters;
  DatabaseCaller caller;
};

}  // namespace

void Session::prefetch(std::span<const ReadAhead> reads) {
  Impl& impl = *impl_;
  impl.forgetPrefetched();
  if (reads.empty() || impl.inTransaction) return;
  std::vector<Ahead> all;
  all.reserve(reads.size());
  for (const ReadAhead& read : reads) {
    const TypePlan& plan = impl.registry.plan(*read.name.type);
    all.push_back({&read, &plan, keyOf(plan.name(), read.name.id), {}, {}, {}});
  }
  // What is for one caller comes one after the other.
  std::stable_sort(all.begin(), all.end(), [](const Ahead& one, const Ahead& other) {
    return std::less<>()(one.read->access, other.read->access);
  });
  std::vector<CallersStatement> statements;
  statements.reserve(all.size());
  for (Ahead& each : all) {
    const Access* access = each.read->access;
    if (access == nullptr) {
      each.parameters.emplace_back(each.key.uuid);
      statements.push_back({{each.plan->readFirst(), each.parameters}, each.caller});
      continue;
    }
    each.row = impl.readIn({impl.registry, access}, *each.plan, each.plan->mapping() == nullptr);
    each.parameters = each.row->text.parameters();
    each.parameters[each.row->key] = each.key.uuid;
    each.caller = access->inDatabase();
    statements.push_back({{each.row->text.text(), each.parameters}, each.caller});
  }
  const auto before = impl.connection.waited();
  auto rows = impl.connection.runTogether(statements);
  if (!rows) return;
  const auto waited = impl.connection.waited() - before;
  // Each read reports its own share when it takes its rows.
  impl.reported += waited;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const ReadAhead& read = *all[i].read;
    impl.prefetched.push_back({all[i].plan, read.access, std::string(read.name.id), std::move((*rows)[i]),
                               waited / static_cast<std::int64_t>(all.size())});
  }
}

std::optional<Prefetched> Session::Impl::takePrefetched(const TypePlan& plan, std::string_view id) {
  for (auto each = prefetched.begin(); each != prefetched.end(); ++each) {
    if (each->plan != &plan || each->access != access || each->id != id) continue;
    std::optional<Prefetched> taken(std::move(*each));
    prefetched.erase(each);
    reported -= taken->waited;
    return taken;
  }
  return std::nullopt;
}

}  // namespace store
