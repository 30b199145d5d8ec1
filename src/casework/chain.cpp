#include "casework/chain.h"

#include <algorithm>
#include <array>

namespace remedium::casework {

namespace {

using law::Delivery;
using law::Truth;

constexpr std::array<std::string_view, 10> progress_codes = {
    "none", "due", "late", "delivered", "partly_delivered", "declined", "refused", "failed", "in_progress", "not_due"};

struct Delivered {
  Progress progress = Progress::none;
  const StoredAct* act = nullptr;
  std::optional<base::Money> awarded;
  std::optional<base::Money> paid;
};

Delivered by_act(const State& state, std::string_view resource) {
  const auto* act = state.last(resource);
  return act == nullptr ? Delivered{} : Delivered{Progress::delivered, act, {}, {}};
}

/// A permit that has run out delivers nothing any more: where the law still gives one, it is due again (renewal, res.
/// 20/1 4(h)).
Delivered by_permit(const State& state, base::Date on) {
  const auto* application = state.last("permit-applications");
  const auto* decision = state.last("permit-decisions");
  if (application == nullptr) return {};
  if (decision == nullptr || decision->sequence < application->sequence)
    return {Progress::in_progress, application, {}, {}};
  const auto valid_until = decision->record.date("valid_until");
  if (decision->record.text("outcome") == "granted" && valid_until && *valid_until < on) return {};
  return {decision->record.text("outcome") == "granted" ? Progress::delivered : Progress::refused, decision, {}, {}};
}

Delivered by_award(const State& state, std::string_view scheme) {
  Delivered result;
  for (const auto& act : state.acts) {
    const auto resource = act.record.act().resource;
    if (resource != "claims" && resource != "awards" && resource != "payments") continue;
    if (act.record.text("scheme") != scheme) continue;
    result.act = &act;
    if (resource == "claims") result.progress = Progress::in_progress;
    if (resource == "awards") {
      result.awarded = act.record.text("outcome") == "awarded" ? act.record.money("amount") : std::nullopt;
      result.progress = result.awarded ? Progress::in_progress : Progress::refused;
    }
    const auto amount = resource == "payments" ? act.record.money("amount") : std::nullopt;
    if (!amount) continue;
    if (!result.paid)
      result.paid = *amount;
    else if (const auto sum = base::add(*result.paid, *amount))
      result.paid = *sum;
  }
  if (result.paid)
    result.progress = result.awarded && result.paid->minor >= result.awarded->minor ? Progress::delivered
                                                                                    : Progress::partly_delivered;
  return result;
}

Delivered by_step(const State& state, std::string_view entitlement) {
  Delivered result;
  for (const auto& act : state.acts) {
    if (act.record.act().resource != "steps" || act.record.text("entitlement") != entitlement) continue;
    const auto outcome = act.record.text("outcome");
    result.act = &act;
    result.progress = outcome == "delivered"            ? Progress::delivered
                      : outcome == "declined_by_person" ? Progress::declined
                      : outcome == "refused"            ? Progress::refused
                                                        : Progress::failed;
  }
  return result;
}

Delivered delivered(const State& state, const law::EntitlementInfo& info, base::Date on) {
  if (auto step = by_step(state, info.id); step.act != nullptr) return step;
  switch (info.delivered_by) {
    case Delivery::information:
      return by_act(state, "information-deliveries");
    case Delivery::recovery_period:
      return by_act(state, "recovery-periods");
    case Delivery::lawyer:
      return by_act(state, "lawyers");
    case Delivery::permit:
      return by_permit(state, on);
    case Delivery::award:
      return by_award(state, info.id);
    case Delivery::identification_decision: {
      const auto* decision = state.last("identification-decisions");
      if (decision == nullptr) return {};
      const bool final = decision->record.text("stage") != "reasonable_grounds";
      return {final ? Progress::delivered : Progress::in_progress, decision, {}, {}};
    }
    case Delivery::guardian:
      return by_act(state, "guardians");
    case Delivery::best_interests:
      return by_act(state, "best-interests-assessments");
    case Delivery::views_heard:
      return by_act(state, "views-heard");
    case Delivery::interpreter: {
      const auto* given = state.last("information-deliveries");
      return given != nullptr && given->record.boolean("interpreter").value_or(false)
                 ? Delivered{Progress::delivered, given, {}, {}}
                 : Delivered{};
    }
    case Delivery::assistance:
      return by_act(state, "referrals");
    case Delivery::protection: {
      auto measure = by_act(state, "protective-measures");
      return measure.act != nullptr ? measure : by_act(state, "risk-assessments");
    }
    case Delivery::step:
      return {};
  }
  return {};
}

bool is_settled(Progress progress) {
  return progress == Progress::delivered || progress == Progress::declined;
}

void count(Gap& gap, const Link& link) {
  if (link.outcome.entitled == Truth::unknown) ++gap.unknown;
  if (!link.counts) return;
  ++gap.owed;
  if (is_settled(link.progress)) ++gap.delivered;
  if (link.progress == Progress::late) ++gap.late;
}

/// A baseline entitlement is shown under the national one that carries it out, where that one is given or may be.
std::vector<bool> hidden_baselines(const law::LawSet& law, std::span<const law::Outcome> outcomes,
                                   std::vector<std::vector<std::size_t>>& under) {
  const auto infos = law.entitlements();
  std::vector<bool> hidden(infos.size(), false);
  for (std::size_t i = 0; i < infos.size(); ++i) {
    for (const auto& id : infos[i].implements) {
      const auto baseline = law.find(id);
      if (!baseline) continue;
      under[i].push_back(*baseline);
      if (outcomes[i].entitled != Truth::no) hidden[*baseline] = true;
    }
  }
  return hidden;
}

void add_outstanding(Chain& chain, const Link& link) {
  if (!link.awarded) return;
  const auto paid = link.paid.value_or(base::Money{0, link.awarded->currency});
  const auto open = base::subtract(*link.awarded, paid);
  if (!open || open->minor <= 0) return;
  for (auto& sum : chain.outstanding) {
    if (sum.currency != open->currency) continue;
    if (const auto added = base::add(sum, *open)) sum = *added;
    return;
  }
  chain.outstanding.push_back(*open);
}

}  // namespace

std::string_view code(Progress progress) {
  return progress_codes[static_cast<std::size_t>(progress)];
}

Chain chain(const State& state, const law::LawSet& law, std::span<const law::Outcome> outcomes, base::Date on) {
  Chain result;
  const auto infos = law.entitlements();
  std::vector<std::vector<std::size_t>> under(infos.size());
  const auto hidden = hidden_baselines(law, outcomes, under);
  for (std::size_t i = 0; i < infos.size(); ++i) {
    if (hidden[i]) continue;
    Link link{.entitlement = i,
              .outcome = outcomes[i],
              .due = {},
              .delivered_on = {},
              .awarded = {},
              .paid = {},
              .baseline = std::move(under[i])};
    const auto done = delivered(state, infos[i], on);
    link.progress = done.progress;
    link.awarded = done.awarded;
    link.paid = done.paid;
    if (done.act != nullptr) {
      link.delivered_by = done.act->sequence;
      if (is_settled(done.progress) || done.progress == Progress::partly_delivered)
        link.delivered_on = happened_on(*done.act);
    }
    const bool entitled = outcomes[i].entitled == Truth::yes;
    if (entitled) {
      // Without a day of its own it is due at once: from the first contact on.
      link.due = outcomes[i].has_due ? outcomes[i].due.date() : state.opened_on();
      // A day not known exactly has come unless it certainly lies ahead.
      const bool has_come = outcomes[i].has_due && !link.due ? outcomes[i].due.earliest <= on.days_since_epoch()
                                                             : !link.due || *link.due <= on;
      const bool must = infos[i].force == law::Force::must;
      link.counts = must && has_come;
      if (link.progress == Progress::none || link.progress == Progress::in_progress) {
        const bool is_late = outcomes[i].has_due && link.due && *link.due < on && infos[i].force == law::Force::must;
        if (!has_come)
          link.progress = Progress::not_due;
        else if (is_late)
          link.progress = Progress::late;
        else if (link.progress == Progress::none)
          link.progress = Progress::due;
      }
      if (outcomes[i].has_due && must && !is_settled(link.progress) && link.due &&
          (!result.next_due || *link.due < *result.next_due))
        result.next_due = link.due;
    }
    count(result.gap, link);
    count(result.by_measure[static_cast<std::size_t>(infos[i].measure)], link);
    count(result.by_component[static_cast<std::size_t>(infos[i].component)], link);
    add_outstanding(result, link);
    result.links.push_back(std::move(link));
  }
  return result;
}

}  // namespace remedium::casework
