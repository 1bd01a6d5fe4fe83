// Connections: a few database connections that the authorization server's requests take in turn.
//
// Most of what it does is answered from memory; what is not takes a connection for a statement or a
// transaction. Threading: safe for all threads; borrow() waits until one is free. Ownership: it must outlive
// its leases. Errors: a connection that cannot be made fails at its first statement.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "src/smart/error.h"
#include "src/store/connection.h"

namespace smart {

class Connections {
 public:
  class Lease {
   public:
    Lease(Connections& owner, std::unique_ptr<store::Connection> connection)
        : owner_(&owner), connection_(std::move(connection)) {}
    ~Lease() {
      if (connection_ != nullptr) owner_->giveBack(std::move(connection_));
    }
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;

    store::Connection& operator*() const noexcept { return *connection_; }
    store::Connection* operator->() const noexcept { return connection_.get(); }

   private:
    Connections* owner_;
    std::unique_ptr<store::Connection> connection_;
  };

  explicit Connections(store::ConnectionOptions options, std::size_t most = 4);

  Lease borrow();

 private:
  void giveBack(std::unique_ptr<store::Connection>);

  const store::ConnectionOptions options_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<store::Connection>> free_;
  std::size_t left_;  // not made yet
};

// A transaction that is rolled back unless it was committed.
class Transaction {
 public:
  static Answer<Transaction> begin(store::Connection&);
  ~Transaction();
  Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;

  Answer<Done> commit();

 private:
  explicit Transaction(store::Connection& connection) : connection_(&connection) {}
  store::Connection* connection_;
};

}  // namespace smart
