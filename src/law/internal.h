// What the parts of the law engine share among themselves: the flat form of a compiled law, and the YAML reader.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "law/law.h"

namespace remedium::law {

inline constexpr std::array<std::string_view, 3> truth_codes = {"no", "yes", "unknown"};
inline constexpr std::array<std::string_view, 4> force_codes = {"must", "may", "shall_consider", "policy"};
inline constexpr std::array<std::string_view, 6> law_status_codes = {
    "in_force", "enacted_not_commenced", "repealed", "dissolved", "policy_only", "operation_paused"};
inline constexpr std::array<std::string_view, 3> confidence_codes = {"verified", "quoted", "memory"};
inline constexpr std::array<std::string_view, 4> bar_kind_codes = {"no_decision", "no_execution", "no_initiation",
                                                                   "no_removal"};
inline constexpr std::array<std::string_view, 13> delivery_codes = {
    "information", "recovery_period", "lawyer",      "permit",      "award",      "identification_decision",
    "guardian",    "best_interests",  "views_heard", "interpreter", "assistance", "protection",
    "step"};
inline constexpr std::array<std::string_view, 9> column_codes = {
    "nationality", "residence", "cooperation", "reporting", "time_limit", "conviction", "record", "violence", "other"};
inline constexpr std::array<std::string_view, 5> fact_type_codes = {"boolean", "date", "code", "code_list",
                                                                    "country_list"};

/// Whether a version with this status gives anything on its days.
[[nodiscard]] constexpr bool operates(LawStatus status) {
  return status == LawStatus::in_force || status == LawStatus::policy_only || status == LawStatus::operation_paused;
}

enum class Op : std::uint8_t {
  constant,
  all,
  any,
  negate,
  boolean,
  code_in,
  has_any,
  has_all,
  country_any,
  country_all,
  compare,
  definition,
  recorded
};
enum class Comparison : std::uint8_t { before, not_after, after, not_before };
enum class DayOp : std::uint8_t { today, start, fact, fixed, add, later_of, earlier_of, never, parameter };

inline constexpr std::size_t max_definitions = 256;
inline constexpr std::size_t max_depth = 24;

/// One node of a condition. Children are a run in `Compiled::links`.
struct Node {
  Op op{};
  bool flag = false;  ///< constant: its value; boolean: the value asked for
  Comparison comparison{};
  std::uint16_t subject = 0;  ///< fact, or definition
  std::uint32_t first = 0;    ///< of the children; for compare: the two days, in `links`
  std::uint16_t count = 0;
  std::uint64_t mask = 0;  ///< codes; for countries: index of the set in `country_sets`
};

/// One node of a day expression.
struct Day {
  DayOp op{};
  bool start_day_counts = false;   ///< add: the last day with the start day as day 1, not plain arithmetic
  base::MissingDay missing_day{};  ///< add: the pack's
  bool length_is_parameter = false;
  std::uint16_t subject = 0;  ///< fact, or parameter (of `parameter`, and of an add's length)
  std::int32_t fixed = 0;
  base::Length length;
  std::uint32_t first = 0;
  std::uint16_t count = 0;
};

/// The days on which something is law: inclusive, open ends as infinities.
struct Span {
  std::int32_t from = DayRange::minus_infinity;
  std::int32_t to = DayRange::plus_infinity;
  [[nodiscard]] bool covers(base::Date day) const {
    return day.days_since_epoch() >= from && day.days_since_epoch() <= to;
  }
};

struct ParameterValue {
  Span span;
  LawStatus status{};
  std::string text;  ///< as written
  base::Length length;
  std::int32_t day = 0;
  ProvisionId provision{};
};
enum class ParameterUnit : std::uint8_t { length, date, integer, money };
struct Parameter {
  std::string name;  ///< "gb/recovery-length"
  ParameterUnit unit{};
  std::vector<ParameterValue> values;
  [[nodiscard]] const ParameterValue* on(base::Date day) const;
};

struct Definition {
  std::string name;  ///< "gb/child"
  std::string title;
  std::uint32_t when = 0;
  ProvisionId provision{};
};

struct Exception {
  std::string label;
  bool grants = false;
  std::uint32_t when = 0;
  std::uint32_t defeats = 0;  ///< bit i: the exception i of the same version
  ProvisionId provision{};
  std::string decided_by;
  std::string appeal;
};

struct CompiledCriterion {
  Criterion info;
  std::uint32_t when = 0;
};

inline constexpr std::uint32_t none = 0xFFFFFFFF;

struct Version {
  Span span;
  LawStatus status{};
  ProvisionId provision{};
  std::uint32_t when = none;
  std::vector<CompiledCriterion> compiled_criteria;
  std::vector<Criterion> criteria;
  std::vector<Exception> exceptions;
  std::uint32_t start = none, end = none, due = none;  ///< day expressions
  std::vector<Bar> bars;
  std::vector<EarlyEnd> early_ends;
};

struct Report {
  std::string label;
  std::string to;
  std::uint32_t when = 0;
  ProvisionId provision{};
};

struct LawSet::Compiled {
  FactSchema schema;
  std::string pack;
  std::string title;
  std::vector<base::Country> countries;
  bool reviewed = false;
  std::string digest;

  std::vector<Provision> provisions;
  std::vector<Parameter> parameters;
  std::vector<Definition> definitions;
  std::vector<Node> nodes;
  std::vector<Day> days;
  std::vector<std::uint32_t> links;
  std::vector<std::vector<base::Country>> country_sets;
  std::vector<EntitlementInfo> entitlements;
  std::vector<std::vector<Version>> versions;  ///< one list an entitlement
  std::vector<ReservedAct> reserved;
  std::vector<Report> reports;
};

/// Which of the exceptions in `met` hold, bit by bit: those that none which holds defeats.
[[nodiscard]] std::uint32_t holding(const Version& version, std::uint32_t met);

/// One evaluation: the facts, the day, and the definitions already worked out. Lives on the stack.
class Evaluation {
 public:
  Evaluation(const LawSet::Compiled& law, const Facts& facts, base::Date on) : law_(law), facts_(facts), on_(on) {}

  [[nodiscard]] Truth truth(std::uint32_t node);
  [[nodiscard]] DayRange day(std::uint32_t expression, const DayRange& start);
  [[nodiscard]] Outcome outcome(std::size_t entitlement);
  [[nodiscard]] Truth base_truth(const Version& version);
  [[nodiscard]] const Version* version_on(std::size_t entitlement, std::uint8_t& number) const;
  [[nodiscard]] Truth definition(std::uint16_t index);
  /// While its `not_yet` holds, the event of this date has not happened, and nobody can say when it will.
  [[nodiscard]] bool has_not_happened(FactId id) const;
  [[nodiscard]] base::Date on() const { return on_; }
  [[nodiscard]] const Facts& facts() const { return facts_; }

 private:
  [[nodiscard]] Truth compare(const Node& node);
  [[nodiscard]] Truth with_exceptions(const Version& version, bool& conflict);
  [[nodiscard]] DayRange fact_day(FactId id) const;
  [[nodiscard]] DayRange added(const Day& day, const DayRange& start);

  const LawSet::Compiled& law_;
  const Facts& facts_;
  base::Date on_;
  std::array<Truth, max_definitions> known_definitions_;
  std::bitset<max_definitions> worked_out_;
};

}  // namespace remedium::law
