// Measure 4(d): the recovery and reflection period begins by law and ends early only on a listed ground, with notice.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "casework/decide.h"

namespace remedium::casework {

namespace {

/// The national recovery entitlement of this law, or a baseline's where the nation has none.
std::optional<std::size_t> recovery_entitlement(const law::LawSet& law) {
  const auto infos = law.entitlements();
  for (std::size_t i = 0; i < infos.size(); ++i) {
    if (infos[i].delivered_by == law::Delivery::recovery_period) return i;
  }
  return std::nullopt;
}

}  // namespace

base::Status decide_recovery(const State& state, const Record& record, const Context& context) {
  const auto entitlement = context.law == nullptr ? std::nullopt : recovery_entitlement(*context.law);
  if (!entitlement)
    return refuse("not_recorded", "This law has no recovery period on record.", "res. 20/1 4(d)",
                  "Tell the keepers of the law data.");
  const auto& outcome = context.outcomes[*entitlement];
  const auto id = context.law->entitlements()[*entitlement].id;
  const auto* begun = state.last("recovery-periods");
  const auto* ended = state.last("recovery-period-ends");
  const bool running = begun != nullptr && (ended == nullptr || ended->sequence < begun->sequence);
  if (record.act().resource == "recovery-periods") {
    if (running)
      return refuse("already_running", "A recovery period has begun.", "res. 20/1 4(d)",
                    "It runs by law; it need not be begun again.");
    if (outcome.entitled == law::Truth::no) {
      return refuse("not_entitled", fmt::format("The law gives no recovery period on this day ({}).", id), id,
                    "Unfold the reasons in the chain; record what is missing or wrong.");
    }
    return {};
  }
  if (!running)
    return refuse("not_running", "No recovery period is running.", "res. 20/1 4(d)", "There is nothing to end.");
  const auto ends = context.law->early_ends(*entitlement, outcome);
  if (std::ranges::find(ends, record.text("ground"), &law::EarlyEnd::label) == ends.end()) {
    std::vector<std::string> grounds;
    for (const auto& end : ends) grounds.push_back(end.label);
    return refuse("ground_not_listed", "A recovery period ends early only on a ground that the law lists.", id,
                  grounds.empty() ? "The law on record lists none: it cannot be ended early."
                                  : fmt::format("Grounds: {}.", fmt::join(grounds, ", ")),
                  "ground");
  }
  if (context.role != "competent_authority") {
    return refuse("not_the_authority", "Only the competent authority ends a recovery period.", "res. 20/1 4(d)",
                  "Ask the authority to record its decision.");
  }
  if (record.date("notified_on") < record.date("decided_on"))
    return base::invalid("notified_on", "end_before_start", "The notice lies before the decision.", "API schema",
                         "Correct the day.");
  return require_child_heard(state, context, "ending the recovery period");
}

}  // namespace remedium::casework
