// The law engine: packs + facts + a day → entitlements with their status, dates, bars and reasons.
//
// Pure: no clock, no I/O. A `LawSet` is immutable once compiled and may be read by any number of threads.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/codes.h"
#include "base/date.h"
#include "base/error.h"

namespace remedium::base {
class JsonWriter;
}

namespace remedium::law {

/// Kleene's third value is *unknown*: silence is never "no".
enum class Truth : std::uint8_t { no, yes, unknown };

// --- facts -----------------------------------------------------------------------------------------------------------

enum class FactType : std::uint8_t { boolean, date, code, code_list, country_list };

/// One fact a rule may ask for, as `law/schema/facts.yaml` declares it.
struct FactDefinition {
  std::string name;  ///< "identification.stage"
  FactType type = FactType::boolean;
  std::vector<std::string> codes;  ///< for code and code_list, in their order; at most 64
  std::string meaning;
  std::string question;  ///< as one would ask the person or the file
  base::Measure measure{};
  base::DataClass data_class{};  ///< who may see it
  int hurts = 0;                 ///< 0 to 3: how much it hurts to ask
  /// For a date that records an event: while this coded fact holds one of these codes, the event has not happened.
  std::optional<std::uint16_t> not_yet_fact;
  std::uint64_t not_yet_codes = 0;  ///< bit i: code i of that fact
};

using FactId = std::uint16_t;
inline constexpr std::size_t max_facts = 128;

/// The declared facts.
class FactSchema {
 public:
  /// Parses `facts.yaml`; errors name the line.
  [[nodiscard]] static base::Result<FactSchema> parse(std::string_view yaml, std::string_view file_name);
  [[nodiscard]] std::optional<FactId> find(std::string_view name) const;
  [[nodiscard]] const FactDefinition& operator[](FactId id) const { return definitions_[id]; }
  [[nodiscard]] std::size_t size() const { return definitions_.size(); }
  [[nodiscard]] std::span<const FactDefinition> all() const { return definitions_; }

  /// Two dates that cannot stand the other way round.
  struct Order {
    FactId before = 0;
    FactId after = 0;
    std::string message;
  };
  [[nodiscard]] std::span<const Order> orders() const { return orders_; }

 private:
  std::vector<FactDefinition> definitions_;
  std::vector<Order> orders_;
};

/// What is known about one case on one day. Copying it copies no heap memory but for the country lists.
class Facts {
 public:
  void set_boolean(FactId id, bool value);
  void set_date(FactId id, base::Date value);
  void set_code(FactId id, unsigned index);
  void set_codes(FactId id, std::uint64_t mask);  ///< a known list; may be empty
  void set_countries(FactId id, std::vector<base::Country> countries);
  void forget(FactId id);

  [[nodiscard]] bool known(FactId id) const { return known_[id]; }
  /// Boolean 0/1, date in days since the epoch, code index, or mask; meaningless where not known.
  [[nodiscard]] std::int64_t value(FactId id) const { return values_[id]; }
  [[nodiscard]] std::span<const base::Country> countries(FactId id) const;
  bool operator==(const Facts&) const = default;

 private:
  std::bitset<max_facts> known_;
  std::array<std::int64_t, max_facts> values_{};
  std::vector<std::pair<FactId, std::vector<base::Country>>> countries_;
};

/// Facts as JSON: {"identification.stage":"presumed","person.nationalities":["VN"], …}. Refuses unknown names, codes
/// and days, and what cannot be: a birth after the first contact, an end before a start ("facts_contradict").
[[nodiscard]] base::Result<Facts> parse_facts(const FactSchema& schema, std::string_view json);
/// One value as text ("2024-05-01", "true", "presumed", "VN,NG") set under its name; the same refusals.
[[nodiscard]] base::Status set_fact(const FactSchema& schema, Facts& facts, std::string_view name,
                                    std::string_view text);
/// The value as that text; empty where not known.
[[nodiscard]] std::string fact_text(const FactSchema& schema, const Facts& facts, FactId id);
/// The cross-field refusals of `parse_facts`, for facts that came another way.
[[nodiscard]] base::Status check_facts(const FactSchema& schema, const Facts& facts);

// --- law -------------------------------------------------------------------------------------------------------------

enum class Force : std::uint8_t { must, may, shall_consider, policy };
enum class LawStatus : std::uint8_t {
  in_force,
  enacted_not_commenced,
  repealed,
  dissolved,
  policy_only,
  operation_paused
};
enum class Confidence : std::uint8_t { verified, quoted, memory };
enum class BarKind : std::uint8_t { no_decision, no_execution, no_initiation, no_removal };
enum class Delivery : std::uint8_t {
  information,
  recovery_period,
  lawyer,
  permit,
  award,
  identification_decision,
  guardian,
  best_interests,
  views_heard,
  interpreter,
  assistance,
  protection,
  step
};
enum class CriterionColumn : std::uint8_t {
  nationality,
  residence,
  cooperation,
  reporting,
  time_limit,
  conviction,
  record,
  violence,
  other
};
[[nodiscard]] std::string_view code(Truth value);  ///< "no" "yes" "unknown"
[[nodiscard]] std::string_view code(Force value);
[[nodiscard]] std::string_view code(LawStatus value);
[[nodiscard]] std::string_view code(Confidence value);
[[nodiscard]] std::string_view code(BarKind value);
[[nodiscard]] std::string_view code(Delivery value);
[[nodiscard]] std::string_view code(CriterionColumn value);

struct Provision {
  std::string id;  ///< "gb/naba-61-3"
  std::string instrument;
  std::string cite;
  Confidence confidence{};
  std::vector<std::string> research;  ///< rows of the research tables
};
using ProvisionId = std::uint16_t;

struct Bar {
  BarKind kind{};
  std::string phase;  ///< "identification", "recovery", "application", "appeal"
  ProvisionId provision{};
};

struct EarlyEnd {
  std::string label;
  std::string decided_by;
  std::string appeal;
  ProvisionId provision{};
};

/// What the pack says of an entitlement whatever the facts.
struct EntitlementInfo {
  std::string id;    ///< "gb.d.recovery-period"
  std::string pack;  ///< "gb"
  bool international = false;
  std::string title;
  std::string plain;  ///< may be empty
  base::Measure measure{};
  base::Component component{};
  Force force{};
  std::string duty_bearer;
  std::vector<ProvisionId> provisions;
  std::vector<std::string> serves;
  std::vector<std::string> implements;
  Delivery delivered_by{};
  std::string route;  ///< for a scheme; empty otherwise
  bool is_scheme = false;
  Confidence weakest{};  ///< of its provisions
};

/// A day that may not be known exactly: it lies in [earliest, latest]. `earliest == latest`: known.
struct DayRange {
  static constexpr std::int32_t minus_infinity = std::numeric_limits<std::int32_t>::min();
  static constexpr std::int32_t plus_infinity = std::numeric_limits<std::int32_t>::max();
  std::int32_t earliest = minus_infinity;
  std::int32_t latest = plus_infinity;
  [[nodiscard]] bool exact() const {
    return earliest == latest && earliest != minus_infinity && earliest != plus_infinity;
  }
  [[nodiscard]] std::optional<base::Date> date() const {
    return exact() ? std::optional(base::Date(earliest)) : std::nullopt;
  }
  [[nodiscard]] std::optional<base::Date> not_before() const {
    return earliest == minus_infinity || earliest == plus_infinity ? std::nullopt : std::optional(base::Date(earliest));
  }
  bool operator==(const DayRange&) const = default;
};

/// The answer about one entitlement. Plain data: no heap.
struct Outcome {
  Truth entitled = Truth::unknown;  ///< yes: entitled; no: not_entitled; unknown
  bool conflict = false;            ///< two exceptions apply and disagree; then `entitled` is unknown
  bool no_law_on_day = false;       ///< no version of the rule covers the day
  LawStatus law_status{};           ///< of the version that applied
  std::uint8_t version = 0;         ///< which version applied
  bool has_period = false;
  DayRange start;
  DayRange end;  ///< last day on which it holds
  Truth running =
      Truth::unknown;  ///< entitled, and the day asked about lies in the period; without a period: as `entitled`
  bool has_due = false;
  DayRange due;
};
[[nodiscard]] std::string_view status_code(const Outcome& outcome);  ///< "entitled" "not_entitled" "unknown"

/// One node of the reasons, made on request.
struct Reason {
  std::string kind;  ///< all, any, not, fact, compare, definition, exception, criterion, recorded, constant
  std::string text;  ///< plain English: "Stage of identification is reasonable_grounds"
  Truth value{};
  std::string label;   ///< of an exception or criterion
  std::string effect;  ///< of an exception: denies | grants; defeated ones say "defeated by …"
  CriterionColumn column = CriterionColumn::other;
  bool barrier = false;
  std::vector<ProvisionId> provisions;
  std::vector<FactId> facts;  ///< that this node read
  std::vector<Reason> children;
};

struct Explanation {
  Reason root;
  std::vector<FactId> missing;  ///< unknown facts that would settle it, the ones that ask least first
  std::vector<FactId> used;     ///< known facts that bore on it
};

struct Criterion {
  std::string label;
  CriterionColumn column{};
  bool barrier = false;
  std::string judged_at;
  ProvisionId provision{};
};

/// One source file of a pack, as its bytes.
struct PackSource {
  std::string file_name;  ///< for messages
  std::string yaml;
};

struct Problem {
  std::string file;
  int line = 0;      ///< from 1; 0 where it is about the whole file
  std::string code;  ///< "cycle", "undefined_fact", "undefined_definition", "missing_citation", "bad_value", …
  std::string message;
  std::string next;
};

/// The law that holds in one jurisdiction: its pack and the baselines that bind it, compiled.
class LawSet {
 public:
  /// Compiles `packs` for the jurisdiction `pack` ("gb"). All problems are reported, not only the first; the Error's
  /// message names the first one's file, line and rule.
  [[nodiscard]] static base::Result<LawSet> compile(const FactSchema& schema, std::span<const PackSource> packs,
                                                    std::string_view pack, std::vector<Problem>* problems = nullptr);
  LawSet(LawSet&&) noexcept;
  LawSet& operator=(LawSet&&) noexcept;
  ~LawSet();

  [[nodiscard]] const FactSchema& schema() const;
  [[nodiscard]] std::string_view pack() const;
  [[nodiscard]] std::string_view title() const;
  [[nodiscard]] std::span<const base::Country> countries() const;
  [[nodiscard]] bool reviewed() const;
  /// National entitlements first, then those of the baselines.
  [[nodiscard]] std::span<const EntitlementInfo> entitlements() const;
  [[nodiscard]] std::optional<std::size_t> find(std::string_view entitlement_id) const;
  [[nodiscard]] const Provision& provision(ProvisionId id) const;
  /// A digest of everything compiled: the same text gives the same digest. Names the law in records and caches.
  [[nodiscard]] std::string_view digest() const;

  /// Fills `outcomes` (one for each of `entitlements()`), allocating nothing. `facts` are those known, `on` the day
  /// asked about.
  void decide(const Facts& facts, base::Date on, std::span<Outcome> outcomes) const;

  /// As `decide`, and the whole explanation in its raw form: the value of every node of every condition, in `trace` (of
  /// `trace_size()`), from which `explain` makes its texts. Allocates nothing.
  void decide_traced(const Facts& facts, base::Date on, std::span<Outcome> outcomes, std::span<Truth> trace) const;
  [[nodiscard]] std::size_t trace_size() const;

  /// Why `entitlement` came out as it did.
  [[nodiscard]] Explanation explain(std::size_t entitlement, const Facts& facts, base::Date on) const;

  /// Of the version that `outcome` applied.
  [[nodiscard]] std::span<const Bar> bars(std::size_t entitlement, const Outcome& outcome) const;
  [[nodiscard]] std::span<const EarlyEnd> early_ends(std::size_t entitlement, const Outcome& outcome) const;
  [[nodiscard]] std::span<const Criterion> criteria(std::size_t entitlement, const Outcome& outcome) const;

  /// Acts that need training, and reports that come before any question.
  struct ReservedAct {
    std::string act;
    std::string training;
    ProvisionId provision{};
  };
  struct MandatoryReport {
    std::string label;
    std::string to;
    ProvisionId provision{};
    Truth applies{};
  };
  [[nodiscard]] std::span<const ReservedAct> reserved_acts() const;
  [[nodiscard]] std::vector<MandatoryReport> mandatory_reports(const Facts& facts, base::Date on) const;

  /// A definition of the pack ("child"); unknown where the pack has none of that name.
  [[nodiscard]] Truth definition(std::string_view name, const Facts& facts, base::Date on) const;

  struct Compiled;  // the flat form; known to src/law alone

 private:
  explicit LawSet(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

/// The members of one entitlement's object, and of its explanation; the caller opens and closes the object.
void write_entitlement(base::JsonWriter& json, const LawSet& law, std::size_t index, const Outcome& outcome);
void write_explanation(base::JsonWriter& json, const LawSet& law, const Explanation& explanation);
void write_reason(base::JsonWriter& json, const LawSet& law, const Reason& reason);

/// The answer as one JSON document: jurisdiction, day, law digest, reviewed, each entitlement with measure, component,
/// force, duty bearer, provisions with confidence, status, dates, bars, criteria, and (with `explain`) the reasons and
/// missing facts.
[[nodiscard]] std::string decision_json(const LawSet& law, const Facts& facts, base::Date on, bool explain);

/// Runs a pack's `tests.yaml`; each failure is a sentence.
[[nodiscard]] base::Result<std::vector<std::string>> run_tests(const LawSet& law, std::string_view yaml,
                                                               std::string_view file_name, int* run = nullptr);

}  // namespace remedium::law
