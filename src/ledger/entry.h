// What the journal records of one act: who, under which role and purpose, did what to which case. Pseudonyms only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/id.h"

namespace remedium::ledger {

struct Entry {
  std::string
      action;  ///< "case.read", "act.consents", "refused.…", "hold.check", "session.created", "person.erased", …
  std::string official;  ///< pseudonymous id, or "system"
  std::string agency;    ///< id, or empty
  std::string role;      ///< or empty
  std::string purpose;   ///< coded, or empty
  std::string case_id;   ///< or empty
  base::DataClasses classes;
  std::uint64_t sequence = 0;  ///< of the event recorded, 0 where none
  std::string reason;          ///< coded reason of a refusal; basis of a disclosure
  std::string digest;          ///< lower-case hex SHA-256 of the recorded bytes, or empty
  std::uint64_t count = 0;     ///< reads that this entry stands for beyond the first, 0 for any other entry
};

/// The entry's canonical bytes: one JSON object, keys in a fixed order, empty members left out, `index` first, `at`
/// second.
[[nodiscard]] std::string serialise(const Entry& entry, std::uint64_t index, base::Instant at);

}  // namespace remedium::ledger
