// Reasons, made on request: the same conditions, walked once more, with words.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "law/internal.h"

namespace remedium::law {

namespace {

class Explainer {
 public:
  Explainer(const LawSet::Compiled& law, const Facts& facts, base::Date on)
      : law_(law), facts_(facts), evaluation_(law, facts, on) {}

  Explanation explain(std::size_t entitlement) {
    Explanation result;
    std::uint8_t number = 0;
    const auto* version = evaluation_.version_on(entitlement, number);
    const auto outcome = evaluation_.outcome(entitlement);
    auto& root = result.root;
    root.kind = "all";
    root.value = outcome.entitled;
    if (version == nullptr) {
      root.text = "No version of this rule is law on this day";
      return result;
    }
    root.provisions = {version->provision};
    root.text = headline(*version, outcome);
    if (!operates(version->status)) return result;
    if (version->when != none) root.children.push_back(reason(version->when));
    for (const auto& criterion : version->compiled_criteria) root.children.push_back(criterion_reason(criterion));
    explain_exceptions(*version, root);
    if (version->when == none && version->compiled_criteria.empty()) {
      root.children.push_back(
          {.kind = "constant", .text = "It has no condition", .value = Truth::yes, .provisions = {version->provision}});
    }
    if (version->start != none) collect_day(version->start, root.facts);
    if (outcome.entitled != Truth::no && !outcome.conflict) collect_missing(*version, outcome, result.missing);
    collect_used(root, result.used);
    std::ranges::sort(result.used);
    result.used.erase(std::unique(result.used.begin(), result.used.end()), result.used.end());
    return result;
  }

 private:
  std::string headline(const Version& version, const Outcome& outcome) const {
    switch (version.status) {
      case LawStatus::enacted_not_commenced:
        return "Enacted, but not commenced on this day: it gives nothing yet";
      case LawStatus::repealed:
        return "Repealed on this day";
      case LawStatus::dissolved:
        return "Dissolved on this day";
      case LawStatus::policy_only:
        return "Policy on this day, not law";
      case LawStatus::operation_paused:
        return "In force, while its operation is paused";
      case LawStatus::in_force:
        break;
    }
    return outcome.conflict ? "Two exceptions apply and disagree: a person must decide" : "In force on this day";
  }

  std::string day_text(std::uint32_t expression) const {
    const auto& day = law_.days[expression];
    switch (day.op) {
      case DayOp::today:
        return "the day asked about";
      case DayOp::start:
        return "the start";
      case DayOp::never:
        return "never";
      case DayOp::fixed:
        return base::Date(day.fixed).str();
      case DayOp::parameter:
        return law_.parameters[day.subject].name;
      case DayOp::fact: {
        const auto value = fact_text(law_.schema, facts_, day.subject);
        return fmt::format("{} ({})", law_.schema[day.subject].meaning, value.empty() ? "not known" : value);
      }
      case DayOp::add: {
        const auto length = day.length_is_parameter ? law_.parameters[day.subject].name : base::to_string(day.length);
        return fmt::format("{} + {}", day_text(law_.links[day.first]), length);
      }
      case DayOp::later_of:
      case DayOp::earlier_of: {
        std::vector<std::string> parts;
        for (std::uint32_t i = 0; i < day.count; ++i) parts.push_back(day_text(law_.links[day.first + i]));
        return fmt::format("the {} of {}", day.op == DayOp::later_of ? "later" : "earlier", fmt::join(parts, " and "));
      }
    }
    return {};
  }

  void collect_day(std::uint32_t expression, std::vector<FactId>& facts) const {
    const auto& day = law_.days[expression];
    if (day.op == DayOp::fact) facts.push_back(day.subject);
    for (std::uint32_t i = 0; i < day.count; ++i) collect_day(law_.links[day.first + i], facts);
  }

  std::string known_as(FactId id) const {
    const auto value = fact_text(law_.schema, facts_, id);
    return value.empty() ? (facts_.known(id) ? "none" : "not known") : value;
  }

  std::string codes_text(const Node& node) const {
    std::vector<std::string> names;
    if (node.op == Op::country_any || node.op == Op::country_all) {
      for (const auto country : law_.country_sets[node.mask]) names.emplace_back(country.code());
    } else {
      const auto& codes = law_.schema[node.subject].codes;
      for (std::size_t i = 0; i < codes.size(); ++i) {
        if ((node.mask >> i & 1U) != 0) names.push_back(codes[i]);
      }
    }
    return fmt::format("{}", fmt::join(names, node.op == Op::has_all || node.op == Op::country_all ? " and " : " or "));
  }

  Reason reason(std::uint32_t index) {
    const auto& node = law_.nodes[index];
    Reason result;
    result.value = evaluation_.truth(index);
    const auto children = [&] {
      for (std::uint32_t i = 0; i < node.count; ++i) result.children.push_back(reason(law_.links[node.first + i]));
    };
    const auto about_fact = [&](std::string kind, std::string wanted) {
      result.kind = std::move(kind);
      result.facts = {node.subject};
      result.text =
          fmt::format("{}: {} — known: {}", law_.schema[node.subject].meaning, wanted, known_as(node.subject));
    };
    switch (node.op) {
      case Op::constant:
        result.kind = "constant";
        result.text = node.flag ? "Always" : "Never";
        break;
      case Op::all:
        result.kind = "all";
        result.text = "All of these";
        children();
        break;
      case Op::any:
        result.kind = "any";
        result.text = "At least one of these";
        children();
        break;
      case Op::negate:
        result.kind = "not";
        result.text = "Not this";
        children();
        break;
      case Op::boolean:
        about_fact("fact", node.flag ? "is so" : "is not so");
        break;
      case Op::code_in:
        about_fact("fact", "is " + codes_text(node));
        break;
      case Op::has_any:
      case Op::has_all:
      case Op::country_any:
      case Op::country_all:
        about_fact("fact", "includes " + codes_text(node));
        break;
      case Op::recorded:
        about_fact("recorded", "is recorded");
        break;
      case Op::compare: {
        static constexpr std::array<std::string_view, 4> words = {"is before", "is not after", "is after",
                                                                  "is not before"};
        result.kind = "compare";
        const auto x = law_.links[node.first];
        const auto y = law_.links[node.first + 1];
        result.text =
            fmt::format("{} {} {}", day_text(x), words[static_cast<std::size_t>(node.comparison)], day_text(y));
        collect_day(x, result.facts);
        collect_day(y, result.facts);
        break;
      }
      case Op::definition: {
        const auto& definition = law_.definitions[node.subject];
        result.kind = "definition";
        result.text = definition.title;
        result.label = definition.name.substr(definition.name.find('/') + 1);
        result.provisions = {definition.provision};
        result.children.push_back(reason(definition.when));
        break;
      }
    }
    return result;
  }

  Reason criterion_reason(const CompiledCriterion& criterion) {
    Reason result;
    result.kind = "criterion";
    result.value = evaluation_.truth(criterion.when);
    result.label = criterion.info.label;
    result.text = fmt::format("Criterion: {}", criterion.info.label);
    result.column = criterion.info.column;
    result.barrier = criterion.info.barrier;
    result.provisions = {criterion.info.provision};
    result.children.push_back(reason(criterion.when));
    return result;
  }

  void explain_exceptions(const Version& version, Reason& root) {
    std::vector<Truth> values;
    std::uint32_t met = 0;
    for (std::size_t i = 0; i < version.exceptions.size(); ++i) {
      values.push_back(evaluation_.truth(version.exceptions[i].when));
      if (values.back() == Truth::yes) met |= 1U << i;
    }
    const auto holds = holding(version, met);
    for (std::size_t i = 0; i < version.exceptions.size(); ++i) {
      const auto& exception = version.exceptions[i];
      Reason result;
      result.kind = "exception";
      result.value = values[i];
      result.label = exception.label;
      result.effect = exception.grants ? "grants" : "denies";
      for (std::size_t j = 0; j < version.exceptions.size(); ++j) {
        if (values[i] == Truth::yes && (holds >> j & 1U) != 0 && (version.exceptions[j].defeats >> i & 1U) != 0) {
          result.effect = "defeated by " + version.exceptions[j].label;
        }
      }
      result.text = fmt::format("Exception: {}", exception.label);
      result.provisions = {exception.provision};
      result.children.push_back(reason(exception.when));
      root.children.push_back(std::move(result));
    }
  }

  // --- what would settle it: unknown facts inside branches that are themselves unknown ---

  void collect_unknown(std::uint32_t index, std::map<FactId, int>& counts) {
    if (evaluation_.truth(index) != Truth::unknown) return;
    const auto& node = law_.nodes[index];
    switch (node.op) {
      case Op::constant:
        break;
      case Op::all:
      case Op::any:
      case Op::negate:
        for (std::uint32_t i = 0; i < node.count; ++i) collect_unknown(law_.links[node.first + i], counts);
        break;
      case Op::definition:
        collect_unknown(law_.definitions[node.subject].when, counts);
        break;
      case Op::compare: {
        std::vector<FactId> facts;
        collect_day(law_.links[node.first], facts);
        collect_day(law_.links[node.first + 1], facts);
        for (const auto fact : facts) {
          if (askable(fact)) ++counts[fact];
        }
        break;
      }
      case Op::boolean:
      case Op::code_in:
      case Op::has_any:
      case Op::has_all:
      case Op::country_any:
      case Op::country_all:
      case Op::recorded:
        ++counts[node.subject];
        break;
    }
  }

  /// Not known, and somebody could: a day that has not come cannot be asked for.
  [[nodiscard]] bool askable(FactId fact) const { return !facts_.known(fact) && !evaluation_.has_not_happened(fact); }

  void collect_open_day(std::uint32_t expression, std::map<FactId, int>& counts) const {
    if (expression == none) return;
    std::vector<FactId> facts;
    collect_day(expression, facts);
    for (const auto fact : facts) {
      if (askable(fact)) ++counts[fact];
    }
  }

  void collect_open_answer(const Version& version, std::map<FactId, int>& counts) {
    std::uint32_t met = 0;
    for (std::size_t i = 0; i < version.exceptions.size(); ++i) {
      if (evaluation_.truth(version.exceptions[i].when) == Truth::yes) met |= 1U << i;
      collect_unknown(version.exceptions[i].when, counts);
    }
    // Where an exception holds that nothing unknown can defeat, the base no longer matters.
    for (std::size_t i = 0; i < version.exceptions.size(); ++i) {
      if ((holding(version, met) >> i & 1U) != 0 && !could_be_defeated(version, i)) return;
    }
    if (evaluation_.base_truth(version) != Truth::unknown) return;
    if (version.when != none) collect_unknown(version.when, counts);
    for (const auto& criterion : version.compiled_criteria) collect_unknown(criterion.when, counts);
  }

  bool could_be_defeated(const Version& version, std::size_t index) {
    return std::ranges::any_of(version.exceptions, [&](const Exception& other) {
      return (other.defeats >> index & 1U) != 0 && evaluation_.truth(other.when) != Truth::no;
    });
  }

  void collect_missing(const Version& version, const Outcome& outcome, std::vector<FactId>& missing) {
    std::map<FactId, int> counts;
    if (outcome.entitled == Truth::unknown) collect_open_answer(version, counts);
    // Entitled, but since when, or until when? Those days are asked for after what decides the answer itself.
    if (outcome.has_period && !outcome.start.exact()) collect_open_day(version.start, counts);
    if (outcome.has_period && !outcome.end.exact()) collect_open_day(version.end, counts);
    if (outcome.has_due && !outcome.due.exact()) collect_open_day(version.due, counts);
    for (const auto& [fact, count] : counts) missing.push_back(fact);
    std::ranges::sort(missing, {},
                      [&](FactId fact) { return std::tuple(law_.schema[fact].hurts, -counts[fact], fact); });
  }

  void collect_used(const Reason& reason, std::vector<FactId>& used) const {
    for (const auto fact : reason.facts) {
      if (facts_.known(fact)) used.push_back(fact);
    }
    for (const auto& child : reason.children) collect_used(child, used);
  }

  const LawSet::Compiled& law_;
  const Facts& facts_;
  Evaluation evaluation_;
};

}  // namespace

Explanation LawSet::explain(std::size_t entitlement, const Facts& facts, base::Date on) const {
  return Explainer(*compiled_, facts, on).explain(entitlement);
}

}  // namespace remedium::law
