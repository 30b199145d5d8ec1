// Measures 4(g) and 4(j): claims, awards and payments, in exact money.
#include <fmt/format.h>

#include "casework/decide.h"

namespace remedium::casework {

base::Status decide_compensation(const State& state, const Record& record, const Context& context) {
  const auto scheme = record.text("scheme");
  const auto index = context.law == nullptr ? std::nullopt : context.law->find(scheme);
  if (!index || context.law->entitlements()[*index].delivered_by != law::Delivery::award) {
    return base::invalid("scheme", "unknown_scheme", "The law of this case has no such route to compensation.",
                         "res. 20/1 4(g)", "Take the id from the chain.");
  }
  const auto is_for_scheme = [&](const StoredAct& act, std::string_view resource) {
    return act.record.act().resource == resource && act.record.text("scheme") == scheme;
  };
  const StoredAct* claim = nullptr;
  const StoredAct* award = nullptr;
  std::optional<base::Money> paid;
  for (const auto& act : state.acts) {
    if (is_for_scheme(act, "claims")) claim = &act;
    if (is_for_scheme(act, "awards")) award = &act;
    if (!is_for_scheme(act, "payments")) continue;
    const auto amount = act.record.money("amount");
    if (!amount) continue;
    if (!paid)
      paid = *amount;
    else if (const auto sum = base::add(*paid, *amount))
      paid = *sum;
  }
  if (record.act().resource == "claims") {
    // A claim is never refused for what the law says of it: the law advises, the authority decides.
    return {};
  }
  if (record.act().resource == "awards") {
    if (claim == nullptr && context.law->entitlements()[*index].route != "criminal_order") {
      return refuse("no_claim", "No claim on this route is on record.", "res. 20/1 4(g)", "Record the claim first.",
                    "scheme");
    }
    if (record.text("outcome") == "awarded" && !record.has("amount"))
      return refuse("amount_needed", "An award has an amount.", "res. 20/1 4(g)", "Give the amount and currency.",
                    "amount");
    if (record.text("outcome") == "refused" && !record.has("reasons"))
      return refuse("reasons_needed", "A refusal needs its reasons.", "res. 20/1 4(g)", "Write why.", "reasons");
    const auto amount = record.money("amount");
    if (amount && amount->minor <= 0)
      return base::invalid("amount", "bad_amount", "An award is more than nothing.", "res. 20/1 4(j)",
                           "Correct the amount.");
    if (paid && (!amount || record.text("outcome") != "awarded")) {
      return refuse("already_paid", fmt::format("{} of this award is paid.", paid->str()), "res. 20/1 4(j)",
                    "Record an award that is not below it.", "outcome");
    }
    if (paid) {
      TRY(const auto left, base::subtract(*amount, *paid));
      if (left.minor < 0)
        return refuse("less_than_paid", fmt::format("{} of this award is paid already.", paid->str()), "res. 20/1 4(j)",
                      "Correct the amount.", "amount");
    }
    return {};
  }
  const auto awarded = award == nullptr ? std::nullopt : award->record.money("amount");
  if (!awarded || award->record.text("outcome") != "awarded")
    return refuse("no_award", "Nothing was awarded on this route.", "res. 20/1 4(g)", "Record the award first.",
                  "scheme");
  if (!record.boolean("safe_channel").value_or(false)) {
    return refuse("unsafe_channel", "The payment must reach the person through a channel that is safe for them.",
                  "res. 20/1 4(f); SAFETY", "Check the channel with the person, then record it.", "safe_channel");
  }
  const auto amount = *record.money("amount");
  if (amount.minor <= 0)
    return base::invalid("amount", "bad_amount", "A payment is more than nothing.", "res. 20/1 4(j)",
                         "Correct the amount.");
  const auto before = paid.value_or(base::Money{0, awarded->currency});
  TRY(const auto total, base::add(before, amount));
  TRY(const auto left, base::subtract(*awarded, total));
  if (left.minor < 0) {
    return refuse("more_than_awarded",
                  fmt::format("With this payment {} would be paid of {} awarded.", total.str(), awarded->str()),
                  "res. 20/1 4(j)", "Correct the amount.", "amount");
  }
  return {};
}

}  // namespace remedium::casework
