// Anchors: what checkpoints say of the rows. For verify.cpp alone.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "src/audit/verify.h"

namespace audit {

// That a row had this hash.
struct Anchor {
  std::int64_t position;
  std::int64_t number;  // of the checkpoint
  std::array<std::uint8_t, 32> hash;
};

class Anchors {
 public:
  using Report = std::function<void(const Finding&)>;

  // Judges the checkpoints of a trail, and those of an export of it, and keeps what they say.
  static fhir::Result<Anchors> read(Trail&, const Keys&, Trail* exported, const Report&, Verified&);

  // Of a chain, by position.
  const std::vector<Anchor>& of(std::int64_t chain) const;
  const std::map<std::int64_t, std::vector<Anchor>>& all() const noexcept { return byChain_; }

 private:
  void add(const Statement&);
  void sort();

  std::map<std::int64_t, std::vector<Anchor>> byChain_;
};

}  // namespace audit
