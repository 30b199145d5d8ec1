// Kleene's strong three-valued logic (Introduction to Metamathematics, 1952, section 64) over flat arrays; days as
// intervals.

#include <algorithm>
#include <cassert>

#include "law/internal.h"

namespace remedium::law {

namespace {

Truth negated(Truth value) {
  switch (value) {
    case Truth::no:
      return Truth::yes;
    case Truth::yes:
      return Truth::no;
    case Truth::unknown:
      return Truth::unknown;
  }
  return Truth::unknown;
}

Truth both(Truth a, Truth b) {
  if (a == Truth::no || b == Truth::no) return Truth::no;
  return a == Truth::yes && b == Truth::yes ? Truth::yes : Truth::unknown;
}

Truth truth_of(bool value) {
  return value ? Truth::yes : Truth::no;
}

/// x strictly before y.
Truth is_before(const DayRange& x, const DayRange& y) {
  if (x.latest < y.earliest) return Truth::yes;
  if (x.earliest >= y.latest) return Truth::no;
  return Truth::unknown;
}

bool infinite(std::int32_t day) {
  return day == DayRange::minus_infinity || day == DayRange::plus_infinity;
}

}  // namespace

const ParameterValue* Parameter::on(base::Date day) const {
  for (const auto& value : values) {
    if (value.span.covers(day)) return operates(value.status) ? &value : nullptr;
  }
  return nullptr;
}

DayRange Evaluation::fact_day(FactId id) const {
  if (facts_.known(id)) {
    const auto value = static_cast<std::int32_t>(facts_.value(id));
    return {value, value};
  }
  if (has_not_happened(id)) return {on_.days_since_epoch() + 1, DayRange::plus_infinity};
  return {};
}

bool Evaluation::has_not_happened(FactId id) const {
  const auto& definition = law_.schema[id];
  if (facts_.known(id) || !definition.not_yet_fact || !facts_.known(*definition.not_yet_fact)) return false;
  return (definition.not_yet_codes >> static_cast<unsigned>(facts_.value(*definition.not_yet_fact)) & 1U) != 0;
}

DayRange Evaluation::added(const Day& expression, const DayRange& start) {
  const auto from = day(law_.links[expression.first], start);
  auto length = expression.length;
  if (expression.length_is_parameter) {
    const auto* value = law_.parameters[expression.subject].on(on_);
    if (value == nullptr) return {from.earliest, DayRange::plus_infinity};
    length = value->length;
  }
  const std::int32_t start_day = expression.start_day_counts ? 1 : 0;
  const auto end = [&](std::int32_t day_number) {
    if (infinite(day_number)) return day_number;
    return base::add(base::Date(day_number), length, expression.missing_day).days_since_epoch() - start_day;
  };
  return {end(from.earliest), end(from.latest)};
}

DayRange Evaluation::day(std::uint32_t expression, const DayRange& start) {
  const auto& node = law_.days[expression];
  switch (node.op) {
    case DayOp::today:
      return {on_.days_since_epoch(), on_.days_since_epoch()};
    case DayOp::start:
      return start;
    case DayOp::fact:
      return fact_day(node.subject);
    case DayOp::fixed:
      return {node.fixed, node.fixed};
    case DayOp::never:
      return {DayRange::plus_infinity, DayRange::plus_infinity};
    case DayOp::parameter: {
      const auto* value = law_.parameters[node.subject].on(on_);
      return value == nullptr ? DayRange{} : DayRange{value->day, value->day};
    }
    case DayOp::add:
      return added(node, start);
    case DayOp::later_of:
    case DayOp::earlier_of: {
      auto result = day(law_.links[node.first], start);
      for (std::uint32_t i = 1; i < node.count; ++i) {
        const auto other = day(law_.links[node.first + i], start);
        if (node.op == DayOp::later_of) {
          result = {std::max(result.earliest, other.earliest), std::max(result.latest, other.latest)};
        } else {
          result = {std::min(result.earliest, other.earliest), std::min(result.latest, other.latest)};
        }
      }
      return result;
    }
  }
  return {};
}

Truth Evaluation::compare(const Node& node) {
  const auto x = day(law_.links[node.first], {});
  const auto y = day(law_.links[node.first + 1], {});
  switch (node.comparison) {
    case Comparison::before:
      return is_before(x, y);
    case Comparison::not_after:
      return negated(is_before(y, x));
    case Comparison::after:
      return is_before(y, x);
    case Comparison::not_before:
      return negated(is_before(x, y));
  }
  return Truth::unknown;
}

Truth Evaluation::definition(std::uint16_t index) {
  if (!worked_out_[index]) {
    known_definitions_[index] = truth(law_.definitions[index].when);
    worked_out_[index] = true;
  }
  return known_definitions_[index];
}

Truth Evaluation::truth(std::uint32_t index) {
  const Node& node = law_.nodes[index];
  switch (node.op) {
    case Op::constant:
      return truth_of(node.flag);
    case Op::all: {
      auto result = Truth::yes;
      for (std::uint32_t i = 0; i < node.count; ++i) {
        const auto value = truth(law_.links[node.first + i]);
        if (value == Truth::no) return Truth::no;
        if (value == Truth::unknown) result = Truth::unknown;
      }
      return result;
    }
    case Op::any: {
      auto result = Truth::no;
      for (std::uint32_t i = 0; i < node.count; ++i) {
        const auto value = truth(law_.links[node.first + i]);
        if (value == Truth::yes) return Truth::yes;
        if (value == Truth::unknown) result = Truth::unknown;
      }
      return result;
    }
    case Op::negate:
      return negated(truth(law_.links[node.first]));
    case Op::boolean:
      if (!facts_.known(node.subject)) return Truth::unknown;
      return truth_of((facts_.value(node.subject) != 0) == node.flag);
    case Op::code_in:
      if (!facts_.known(node.subject)) return Truth::unknown;
      return truth_of((node.mask >> static_cast<unsigned>(facts_.value(node.subject)) & 1U) != 0);
    case Op::has_any:
      if (!facts_.known(node.subject)) return Truth::unknown;
      return truth_of((static_cast<std::uint64_t>(facts_.value(node.subject)) & node.mask) != 0);
    case Op::has_all:
      if (!facts_.known(node.subject)) return Truth::unknown;
      return truth_of((static_cast<std::uint64_t>(facts_.value(node.subject)) & node.mask) == node.mask);
    case Op::country_any:
    case Op::country_all: {
      if (!facts_.known(node.subject)) return Truth::unknown;
      const auto held = facts_.countries(node.subject);
      const auto has = [&](base::Country country) { return std::ranges::find(held, country) != held.end(); };
      const auto& wanted = law_.country_sets[node.mask];
      return truth_of(node.op == Op::country_any ? std::ranges::any_of(wanted, has) : std::ranges::all_of(wanted, has));
    }
    case Op::compare:
      return compare(node);
    case Op::definition:
      return definition(node.subject);
    case Op::recorded:
      return truth_of(facts_.known(node.subject));
  }
  return Truth::unknown;
}

const Version* Evaluation::version_on(std::size_t entitlement, std::uint8_t& number) const {
  const auto& versions = law_.versions[entitlement];
  for (std::size_t i = 0; i < versions.size(); ++i) {
    if (versions[i].span.covers(on_)) {
      number = static_cast<std::uint8_t>(i);
      return &versions[i];
    }
  }
  return nullptr;
}

Truth Evaluation::base_truth(const Version& version) {
  auto result = version.when == none ? Truth::yes : truth(version.when);
  for (const auto& criterion : version.compiled_criteria) {
    if (result == Truth::no) break;
    result = both(result, truth(criterion.when));
  }
  return result;
}

std::uint32_t holding(const Version& version, std::uint32_t met) {
  // `defeats` has no circle (the loader sees to it), so this settles within one round an exception.
  auto holds = met;
  for (std::size_t round = 0; round <= version.exceptions.size(); ++round) {
    std::uint32_t defeated = 0;
    for (std::size_t i = 0; i < version.exceptions.size(); ++i) {
      if ((holds >> i & 1U) != 0) defeated |= version.exceptions[i].defeats;
    }
    const auto next = met & ~defeated;
    if (next == holds) break;
    holds = next;
  }
  return holds;
}

/// Step 3 of law/schema/README.md. Unknown exceptions are tried both ways: the answer is known only if it comes out the
/// same.
Truth Evaluation::with_exceptions(const Version& version, bool& conflict) {
  const auto base = base_truth(version);
  const auto count = version.exceptions.size();
  if (count == 0) return base;

  std::uint32_t yes = 0;
  std::uint32_t unknown = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = truth(version.exceptions[i].when);
    if (value == Truth::yes) yes |= 1U << i;
    if (value == Truth::unknown) unknown |= 1U << i;
  }
  const auto answer = [&](std::uint32_t met) -> std::pair<Truth, bool> {
    const auto holds = holding(version, met);
    bool denies = false;
    bool grants = false;
    for (std::size_t i = 0; i < count; ++i) {
      if ((holds >> i & 1U) == 0) continue;
      (version.exceptions[i].grants ? grants : denies) = true;
    }
    if (denies && grants) return {Truth::unknown, true};
    if (denies) return {Truth::no, false};
    if (grants) return {Truth::yes, false};
    return {base, false};
  };

  const auto [first, first_conflict] = answer(yes);
  bool always_conflict = first_conflict;
  // Every subset of the unknown ones (at most 16 exceptions a version, see the loader).
  for (std::uint32_t subset = unknown; subset != 0; subset = (subset - 1) & unknown) {
    const auto [other, other_conflict] = answer(yes | subset);
    if (other != first) return Truth::unknown;
    always_conflict = always_conflict && other_conflict;
  }
  conflict = always_conflict;
  return first;
}

Outcome Evaluation::outcome(std::size_t entitlement) {
  Outcome result;
  const auto* version = version_on(entitlement, result.version);
  if (version == nullptr) {
    result.entitled = result.running = Truth::no;
    result.no_law_on_day = true;
    return result;
  }
  result.law_status = version->status;
  if (!operates(version->status)) {
    result.entitled = result.running = Truth::no;
    return result;
  }
  result.entitled = with_exceptions(*version, result.conflict);
  result.running = result.entitled;
  if (version->start != none) {
    result.has_period = true;
    result.start = day(version->start, {});
    result.end = version->end == none ? DayRange{DayRange::plus_infinity, DayRange::plus_infinity}
                                      : day(version->end, result.start);
    const DayRange today{on_.days_since_epoch(), on_.days_since_epoch()};
    const auto inside = both(negated(is_before(today, result.start)), negated(is_before(result.end, today)));
    result.running = both(result.entitled, inside);
  }
  if (version->due != none) {
    result.has_due = true;
    result.due = day(version->due, result.start);
  }
  return result;
}

void LawSet::decide(const Facts& facts, base::Date on, std::span<Outcome> outcomes) const {
  assert(outcomes.size() == compiled_->entitlements.size());
  Evaluation evaluation(*compiled_, facts, on);
  for (std::size_t i = 0; i < outcomes.size(); ++i) outcomes[i] = evaluation.outcome(i);
}

std::size_t LawSet::trace_size() const {
  return compiled_->nodes.size();
}

void LawSet::decide_traced(const Facts& facts, base::Date on, std::span<Outcome> outcomes,
                           std::span<Truth> trace) const {
  assert(trace.size() == compiled_->nodes.size());
  Evaluation evaluation(*compiled_, facts, on);
  // Children are compiled before their parents, so one pass in order finds every child already known.
  const auto& law = *compiled_;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const auto& node = law.nodes[i];
    const auto children = std::span(law.links).subspan(node.first, node.count);
    switch (node.op) {
      case Op::all: {
        auto value = Truth::yes;
        for (const auto child : children) value = both(value, trace[child]);
        trace[i] = value;
        break;
      }
      case Op::any: {
        auto value = Truth::yes;
        for (const auto child : children) value = both(value, negated(trace[child]));
        trace[i] = negated(value);
        break;
      }
      case Op::negate:
        trace[i] = negated(trace[children[0]]);
        break;
      case Op::constant:
      case Op::boolean:
      case Op::code_in:
      case Op::has_any:
      case Op::has_all:
      case Op::country_any:
      case Op::country_all:
      case Op::compare:
      case Op::definition:
      case Op::recorded:
        trace[i] = evaluation.truth(static_cast<std::uint32_t>(i));
        break;
    }
  }
  for (std::size_t i = 0; i < outcomes.size(); ++i) outcomes[i] = evaluation.outcome(i);
}

std::vector<LawSet::MandatoryReport> LawSet::mandatory_reports(const Facts& facts, base::Date on) const {
  Evaluation evaluation(*compiled_, facts, on);
  std::vector<MandatoryReport> reports;
  for (const auto& report : compiled_->reports) {
    reports.push_back({report.label, report.to, report.provision, evaluation.truth(report.when)});
  }
  return reports;
}

Truth LawSet::definition(std::string_view name, const Facts& facts, base::Date on) const {
  const auto& definitions = compiled_->definitions;
  // The jurisdiction's own definition first, then a baseline's.
  for (const bool own : {true, false}) {
    for (std::size_t i = 0; i < definitions.size(); ++i) {
      const auto slash = definitions[i].name.find('/');
      const bool is_own = definitions[i].name.substr(0, slash) == compiled_->pack;
      if (is_own != own || std::string_view(definitions[i].name).substr(slash + 1) != name) continue;
      Evaluation evaluation(*compiled_, facts, on);
      return evaluation.definition(static_cast<std::uint16_t>(i));
    }
  }
  return Truth::unknown;
}

}  // namespace remedium::law
