// Kleene's strong three-valued logic (Introduction to Metamathematics, 1952, section 64) over flat arrays; days as intervals.

#include <algorithm>
#include <cassert>

#include "law/internal.h"

namespace remedium::law {

namespace {

Truth negated(Truth value) {
  switch (value) {
    case Truth::no: return Truth::yes;
    case Truth::yes: return Truth::no;
    case Truth::unknown: return Truth::unknown;
  }
  return Truth::unknown;
}

Truth both(Truth a, Truth b) {
  if (a == Truth::no || b == Truth::no) return Truth::no;
  return a == Truth::yes && b == Truth::yes ? Truth::yes : Truth::unknown;
}

Truth truth_of(bool value) { return value ? Truth::yes : Truth::no; }

/// x strictly before y.
Truth is_before(const DayRange& x, const DayRange& y) {
  if (x.latest < y.earliest) return Truth::yes;
  if (x.earliest >= y.latest) return Truth::no;
  return Truth::unknown;
}

bool infinite(std::int32_t day) { return day == DayRange::minus_infinity || day == DayRange::plus_infinity; }

} // namespace

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
  const auto& definition = law_.schema[id];
  if (definition.not_yet_fact && facts_.known(*definition.not_yet_fact)) {
    const auto held = 1ULL << static_cast<unsigned>(facts_.value(*definition.not_yet_fact));
    if ((definition.not_yet_codes & held) != 0) return {on_.days_since_epoch() + 1, DayRange::plus_infinity};
  }
  return {};
}

DayRange Evaluation::added(const Day& expression, const DayRange& start, bool inclusive) {
  const auto from = day(law_.links[expression.first], start, inclusive);
  auto length = expression.length;
  if (expression.length_is_parameter) {
    const auto* value = law_.parameters[expression.subject].on(on_);
    if (value == nullptr) return {from.earliest, DayRange::plus_infinity};
    length = value->length;
  }
  // An add upon another add goes on from its last day: only the innermost takes the start day into its count.
  const bool innermost = law_.days[law_.links[expression.first]].op != DayOp::add;
  const std::int32_t start_day_counts = expression.counted && inclusive && innermost ? 1 : 0;
  const auto end = [&](std::int32_t day_number) {
    if (infinite(day_number)) return day_number;
    return base::add(base::Date(day_number), length, law_.missing_day).days_since_epoch() - start_day_counts;
  };
  return {end(from.earliest), end(from.latest)};
}

DayRange Evaluation::day(std::uint32_t expression, const DayRange& start, bool inclusive) {
  const auto& node = law_.days[expression];
  switch (node.op) {
    case DayOp::today: return {on_.days_since_epoch(), on_.days_since_epoch()};
    case DayOp::start: return start;
    case DayOp::fact: return fact_day(node.subject);
    case DayOp::fixed: return {node.fixed, node.fixed};
    case DayOp::never: return {DayRange::plus_infinity, DayRange::plus_infinity};
    case DayOp::parameter: {
      const auto* value = law_.parameters[node.subject].on(on_);
      return value == nullptr ? DayRange{} : DayRange{value->day, value->day};
    }
    case DayOp::add: return added(node, start, inclusive);
    case DayOp::later_of:
    case DayOp::earlier_of: {
      auto result = day(law_.links[node.first], start, inclusive);
      for (std::uint32_t i = 1; i < node.count; ++i) {
        const auto other = day(law_.links[node.first + i], start, inclusive);
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
  const auto x = day(law_.links[node.first], {}, false);
  const auto y = day(law_.links[node.first + 1], {}, false);
  switch (node.comparison) {
    case Comparison::before: return is_before(x, y);
    case Comparison::not_after: return negated(is_before(y, x));
    case Comparison::after: return is_before(y, x);
    case Comparison::not_before: return negated(is_before(x, y));
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
    case Op::constant: return truth_of(node.flag);
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
    case Op::negate: return negated(truth(law_.links[node.first]));
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
    case Op::compare: return compare(node);
    case Op::definition: return definition(node.subject);
    case Op::recorded: return truth_of(facts_.known(node.subject));
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

/// Step 3 of law/schema/README.md. Unknown exceptions are tried both ways: the answer is known only if it comes out the same.
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
  // Which exceptions hold, given which have their condition met. `defeats` has no circle, so this settles within `count` rounds.
  const auto answer = [&](std::uint32_t met) -> std::pair<Truth, bool> {
    std::uint32_t holds = met;
    for (std::size_t round = 0; round <= count; ++round) {
      std::uint32_t defeated = 0;
      for (std::size_t i = 0; i < count; ++i) {
        if ((holds >> i & 1U) != 0) defeated |= version.exceptions[i].defeats;
      }
      const auto next = met & ~defeated;
      if (next == holds) break;
      holds = next;
    }
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
  conflict = first_conflict && unknown == 0;
  // Every subset of the unknown ones (at most 16 exceptions a version, see the loader).
  for (std::uint32_t subset = unknown; subset != 0; subset = (subset - 1) & unknown) {
    if (answer(yes | subset).first != first) return Truth::unknown;
  }
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
  const bool inclusive = law_.inclusive[entitlement];
  if (version->start != none) {
    result.has_period = true;
    result.start = day(version->start, {}, false);
    result.end = version->end == none ? DayRange{DayRange::plus_infinity, DayRange::plus_infinity} : day(version->end, result.start, inclusive);
    const DayRange today{on_.days_since_epoch(), on_.days_since_epoch()};
    const auto inside = both(negated(is_before(today, result.start)), negated(is_before(result.end, today)));
    result.running = both(result.entitled, inside);
  }
  if (version->due != none) {
    result.has_due = true;
    result.due = day(version->due, result.start, inclusive);
  }
  return result;
}

void LawSet::decide(const Facts& facts, base::Date on, std::span<Outcome> outcomes) const {
  assert(outcomes.size() == compiled_->entitlements.size());
  Evaluation evaluation(*compiled_, facts, on);
  for (std::size_t i = 0; i < outcomes.size(); ++i) outcomes[i] = evaluation.outcome(i);
}

std::size_t LawSet::trace_size() const { return compiled_->nodes.size(); }

void LawSet::decide_traced(const Facts& facts, base::Date on, std::span<Outcome> outcomes, std::span<Truth> trace) const {
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
      case Op::negate: trace[i] = negated(trace[children[0]]); break;
      case Op::constant:
      case Op::boolean:
      case Op::code_in:
      case Op::has_any:
      case Op::has_all:
      case Op::country_any:
      case Op::country_all:
      case Op::compare:
      case Op::definition:
      case Op::recorded: trace[i] = evaluation.truth(static_cast<std::uint32_t>(i)); break;
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

} // namespace remedium::law
