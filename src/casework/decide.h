// Whether an act may be recorded. The invariants of measures 3 and 4, one file a subject; a refusal names its rule and
// the next step.
#pragma once

#include <span>
#include <string_view>

#include "base/error.h"
#include "casework/state.h"
#include "law/law.h"

namespace remedium::casework {

/// What a decision rests on, all of it as values.
struct Context {
  base::Date today;       ///< in the jurisdiction
  std::string_view role;  ///< of the official who acts
  const law::LawSet* law = nullptr;
  const law::Facts* facts = nullptr;  ///< before the act
  std::span<const law::Outcome> outcomes;
};

/// Nothing where the act may be recorded as it stands.
[[nodiscard]] base::Status decide(const State& state, const Record& record, const Context& context);

/// Refused, in one line.
[[nodiscard]] std::unexpected<base::Error> refuse(std::string code, std::string message, std::string rule,
                                                  std::string next, std::string field = {});

// One function a subject, each in a file of that name.
[[nodiscard]] base::Status decide_identification(const State& state, const Record& record, const Context& context);
[[nodiscard]] base::Status decide_consent(const State& state, const Record& record, const Context& context);
[[nodiscard]] base::Status decide_recovery(const State& state, const Record& record, const Context& context);
[[nodiscard]] base::Status decide_residence(const State& state, const Record& record, const Context& context);
[[nodiscard]] base::Status decide_compensation(const State& state, const Record& record, const Context& context);
[[nodiscard]] base::Status decide_referral(const State& state, const Record& record, const Context& context);
[[nodiscard]] base::Status decide_fact(const State& state, const Record& record, const Context& context);
/// CRC 3 and 12: what must stand on record before a decision on a child.
[[nodiscard]] base::Status require_child_heard(const State& state, const Context& context, std::string_view decision);

}  // namespace remedium::casework
