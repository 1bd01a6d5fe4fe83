#include "src/smart/connections.h"

namespace smart {

Connections::Connections(store::ConnectionOptions options, std::size_t most)
    : options_(std::move(options)), left_(most) {}

Connections::Lease Connections::borrow() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [this] { return !free_.empty() || left_ > 0; });
  if (free_.empty()) {
    --left_;
    lock.unlock();
    return {*this, std::make_unique<store::Connection>(options_)};
  }
  auto connection = std::move(free_.back());
  free_.pop_back();
  return {*this, std::move(connection)};
}

void Connections::giveBack(std::unique_ptr<store::Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(connection));
  }
  freed_.notify_one();
}

Answer<Transaction> Transaction::begin(store::Connection& connection) {
  if (connection.command("BEGIN").ok()) return Transaction(connection);
  // A connection that died while it was idle is made anew, once.
  if (connection.connected() || !connection.command("BEGIN").ok()) return unavailable();
  return Transaction(connection);
}

Transaction::~Transaction() {
  if (connection_ == nullptr || !connection_->connected()) return;
  if (!connection_->command("ROLLBACK").ok()) connection_->close();
}

Answer<Done> Transaction::commit() {
  store::Connection& connection = *std::exchange(connection_, nullptr);
  if (connection.commit().ok()) return Done{};
  connection.close();
  return unavailable();
}

}  // namespace smart
