// A pack's YAML into the flat form. Everything that is wrong is reported, with file and line; nothing half-loaded is
// handed out.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "base/bytes.h"
#include "base/money.h"
#include "law/internal.h"
#include "law/sha256.h"
#include "law/yaml_reader.h"

namespace remedium::law {

namespace {

constexpr std::array<std::string_view, 2> level_codes = {"national", "international"};
constexpr std::array<std::string_view, 2> counting_codes = {"inclusive", "exclusive"};
constexpr std::array<std::string_view, 2> missing_day_codes = {"last_of_month", "next_month_first"};
constexpr std::array<std::string_view, 4> unit_codes = {"length", "date", "integer", "money"};
constexpr std::array<std::string_view, 2> effect_codes = {"denies", "grants"};
constexpr std::array<std::string_view, 4> route_codes = {"criminal_order", "civil", "state_fund", "back_wages"};
constexpr std::array<std::string_view, 4> comparison_codes = {"before", "not_after", "after", "not_before"};
constexpr std::array<std::string_view, 5> judged_codes = {"incident", "claim", "decision", "report", "not_recorded"};

/// What a fact's declaration says to the rules; its questions and meanings are words for people.
std::string fingerprint(const FactSchema& schema) {
  std::string text;
  for (const auto& fact : schema.all()) {
    text += fmt::format("{}|{}|{}|{}|{}\n", fact.name, static_cast<int>(fact.type), fmt::join(fact.codes, ","),
                        fact.not_yet_fact ? *fact.not_yet_fact + 1 : 0, fact.not_yet_codes);
  }
  return sha256_hex(text);
}

/// Compiles one pack into the law being built.
class PackLoader {
 public:
  PackLoader(LawSet::Compiled& law, const FactSchema& schema, Faults& faults, bool is_own)
      : law_(law), schema_(schema), faults_(faults), is_own_(is_own) {}

  void load(const YAML::Node& document) {
    MapReader pack(document, "the pack", faults_);
    name_ = pack.required_text("pack");
    const auto title = pack.required_text("title");
    international_ = pack.code<int>("level", level_codes) == 1;
    inclusive_ = pack.code<int>("counting", counting_codes) == 0;
    missing_day_ = pack.code<base::MissingDay>("missing_day", missing_day_codes);
    (void)pack.text("time_zone");
    (void)pack.text("copy");
    (void)pack.texts("bound_by");
    const auto reviewed_by = pack.text("reviewed_by");
    std::vector<base::Country> countries;
    for (const auto& code : pack.texts("countries")) {
      const auto country = base::Country::parse(code);
      if (country && base::is_assigned(*country))
        countries.push_back(*country);
      else
        faults_.add(document, "unknown_country", fmt::format("'{}' is not an ISO 3166-1 code.", code), "Correct it.");
    }
    if (is_own_) {
      law_.pack = name_;
      law_.title = title;
      law_.countries = countries;
      law_.reviewed = !reviewed_by.empty();
    }
    load_provisions(pack.require("provisions"));
    load_parameters(pack.get("parameters"));
    load_definitions(pack.get("definitions"));
    load_entitlements(pack.get("entitlements"), false);
    load_entitlements(pack.get("schemes"), true);
    load_offences(pack.get("offence_elements"));
    load_reserved(pack.get("reserved_acts"));
    load_reports(pack.get("mandatory_reports"));
    pack.finish();
  }

 private:
  void fault(const YAML::Node& node, std::string code, std::string message, std::string next) {
    faults_.add(node, std::move(code), std::move(message), std::move(next));
  }

  /// A mapping of names to mappings, small enough for its numbers; `what` names it in the fault.
  bool is_section(const YAML::Node& node, std::string_view what) {
    if (!node.IsDefined()) return false;
    if (!node.IsMap())
      fault(node, "wrong_type", fmt::format("'{}' must be a mapping.", what), "Write 'name: …' lines.");
    else if (node.size() > 5000)
      fault(node, "too_many_items", fmt::format("'{}' has more than 5,000 entries.", what), "Split the pack.");
    else
      return true;
    return false;
  }
  bool is_list(const YAML::Node& node, std::string_view what, std::size_t most = 200) {
    if (!node.IsDefined()) return false;
    if (!node.IsSequence() || node.size() > most)
      fault(node, "wrong_type", fmt::format("'{}' must be a list of at most {}.", what, most), "Write '- …' lines.");
    else
      return true;
    return false;
  }

  void load_provisions(const YAML::Node& node) {
    if (!is_section(node, "provisions")) return;
    for (const auto& item : node) {
      MapReader reader(item.second, fmt::format("provision '{}'", item.first.Scalar()), faults_);
      Provision provision;
      provision.id = name_ + "/" + item.first.Scalar();
      provision.instrument = reader.required_text("instrument");
      provision.cite = reader.required_text("cite");
      provision.confidence = reader.code<Confidence>("confidence", confidence_codes);
      (void)reader.require("research");
      provision.research = reader.texts("research");
      if (provision.research.empty())
        fault(item.second, "missing_citation",
              fmt::format("Provision '{}' names no row of the research.", provision.id), "Name it: [F121].");
      (void)reader.text("address");
      (void)reader.text("note");
      reader.finish();
      provisions_[item.first.Scalar()] = static_cast<ProvisionId>(law_.provisions.size());
      law_.provisions.push_back(std::move(provision));
    }
  }

  ProvisionId provision(MapReader& reader, std::string_view key) {
    const auto node = reader.require(key);
    if (!node.IsDefined()) return 0;
    const auto name = reader.text(key);
    if (const auto found = provisions_.find(name); found != provisions_.end()) return found->second;
    fault(node, "missing_citation", fmt::format("There is no provision '{}' in this pack.", name),
          "Declare it under 'provisions'.");
    return 0;
  }

  std::int32_t open_day(MapReader& reader, std::string_view key, std::int32_t otherwise) {
    const auto text = reader.text(key);
    if (text.empty()) return otherwise;
    if (const auto date = base::Date::parse(text)) return date->days_since_epoch();
    fault(reader.get(key), "bad_date", fmt::format("'{}' is not a day of the calendar.", text),
          "Write it as year-month-day.");
    return otherwise;
  }

  Span span(MapReader& reader) {
    Span result{open_day(reader, "from", DayRange::minus_infinity), open_day(reader, "to", DayRange::plus_infinity)};
    if (result.from > result.to)
      fault(reader.node(), "bad_dates", "'to' is before 'from'.", "Correct the one or the other.");
    return result;
  }

  /// No two of `spans` may cover the same day.
  template <class Items>
  void check_overlap(const YAML::Node& node, const Items& items) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      for (std::size_t j = i + 1; j < items.size(); ++j) {
        if (items[i].span.from <= items[j].span.to && items[j].span.from <= items[i].span.to) {
          fault(node, "overlapping_versions", "Two versions cover the same day.",
                "End the one the day before the other begins.");
          return;
        }
      }
    }
  }

  void load_parameters(const YAML::Node& node) {
    if (!is_section(node, "parameters")) return;
    for (const auto& item : node) {
      MapReader reader(item.second, fmt::format("parameter '{}'", item.first.Scalar()), faults_);
      Parameter parameter;
      parameter.name = name_ + "/" + item.first.Scalar();
      parameter.unit = reader.code<ParameterUnit>("unit", unit_codes);
      const auto values = reader.require("values");
      reader.finish();
      if (is_list(values, "values")) {
        for (const auto& value : values) parameter.values.push_back(parameter_value(value, parameter.unit));
        check_overlap(item.second, parameter.values);
      }
      parameters_[item.first.Scalar()] = static_cast<std::uint16_t>(law_.parameters.size());
      law_.parameters.push_back(std::move(parameter));
    }
  }

  ParameterValue parameter_value(const YAML::Node& node, ParameterUnit unit) {
    MapReader reader(node, "a parameter's value", faults_);
    ParameterValue value;
    value.text = reader.required_text("value");
    value.span = span(reader);
    value.status = reader.code<LawStatus>("status", law_status_codes);
    value.provision = provision(reader, "provision");
    reader.finish();
    if (unit == ParameterUnit::length) {
      if (const auto length = length_of(value.text))
        value.length = *length;
      else
        fault(node, "bad_value", fmt::format("'{}' is not a length of up to 200 years.", value.text),
              "Write 30d, 3m or 2y.");
    } else if (unit == ParameterUnit::date) {
      if (const auto date = base::Date::parse(value.text))
        value.day = date->days_since_epoch();
      else
        fault(node, "bad_value", fmt::format("'{}' is not a day.", value.text), "Write it as year-month-day.");
    } else if (unit == ParameterUnit::integer) {
      std::int64_t number = 0;
      const auto* end = value.text.data() + value.text.size();
      if (const auto [rest, ec] = std::from_chars(value.text.data(), end, number); ec != std::errc{} || rest != end) {
        fault(node, "bad_value", fmt::format("'{}' is not a whole number.", value.text), "Write digits only.");
      }
    } else {
      const auto blank = std::string_view(value.text).find(' ');
      const auto currency = blank == std::string_view::npos
                                ? std::nullopt
                                : base::Currency::parse(std::string_view(value.text).substr(blank + 1));
      if (!currency || !base::parse_money(std::string_view(value.text).substr(0, blank), *currency)) {
        fault(node, "bad_value", fmt::format("'{}' is not an amount of money.", value.text), "Write \"1500.00 EUR\".");
      }
    }
    return value;
  }

  void load_definitions(const YAML::Node& node) {
    if (!is_section(node, "definitions")) return;
    // Names first, so that one may use another whatever their order; then conditions, each compiled once, circles found
    // on the way.
    for (const auto& item : node) {
      if (law_.definitions.size() >= max_definitions) {
        fault(item.first, "too_many_definitions", "More than 256 definitions.", "Remove some.");
        return;
      }
      definitions_[item.first.Scalar()] = static_cast<std::uint16_t>(law_.definitions.size());
      law_.definitions.push_back(
          {.name = name_ + "/" + item.first.Scalar(), .title = {}, .when = none, .provision = 0});
      pending_[item.first.Scalar()] = item.second;
    }
    for (const auto& item : node) define(item.first.Scalar(), item.second);
  }

  void define(const std::string& name, const YAML::Node& node) {
    if (!pending_.contains(name)) return;
    if (std::ranges::find(being_defined_, name) != being_defined_.end()) {
      auto circle = being_defined_;
      circle.push_back(name);
      fault(node, "cycle", fmt::format("Definitions go in a circle: {}.", fmt::join(circle, " → ")),
            "Let one of them rest on facts alone.");
      return;
    }
    if (being_defined_.size() >= max_depth) {
      fault(node, "too_deep", "Definitions rest on one another more than 24 deep.", "Join some of them.");
      return;
    }
    being_defined_.push_back(name);
    const auto outer_depth = std::exchange(depth_, 0);
    MapReader reader(node, fmt::format("definition '{}'", name), faults_);
    auto title = reader.required_text("title");
    const auto cited = provision(reader, "provision");
    const auto when = reader.require("when");
    reader.finish();
    const auto compiled = when.IsDefined() ? condition(when) : constant(false);
    auto& definition = law_.definitions[definitions_[name]];
    definition.title = std::move(title);
    definition.provision = cited;
    definition.when = compiled;
    being_defined_.pop_back();
    depth_ = outer_depth;
    pending_.erase(name);
  }

  // --- conditions ---

  std::uint32_t add_node(Node node) {
    law_.nodes.push_back(node);
    return static_cast<std::uint32_t>(law_.nodes.size() - 1);
  }
  std::uint32_t constant(bool value) { return add_node({.op = Op::constant, .flag = value}); }

  std::uint32_t link(std::span<const std::uint32_t> targets) {
    const auto first = static_cast<std::uint32_t>(law_.links.size());
    law_.links.insert(law_.links.end(), targets.begin(), targets.end());
    return first;
  }

  std::uint32_t condition(const YAML::Node& node) {
    if (++depth_ > max_depth) {
      fault(node, "too_deep", "This condition nests deeper than 24 levels.", "Use a definition.");
      --depth_;
      return constant(false);
    }
    const auto result = condition_inside(node);
    --depth_;
    return result;
  }

  std::uint32_t condition_inside(const YAML::Node& node) {
    if (node.IsScalar() && (node.Scalar() == "true" || node.Scalar() == "false"))
      return constant(node.Scalar() == "true");
    if (!node.IsMap() || node.size() != 1 || !node.begin()->first.IsScalar()) {
      fault(node, "bad_condition", "A condition is true, false, or a mapping with one key.",
            "See law/schema/README.md, Conditions.");
      return constant(false);
    }
    const auto key = node.begin()->first.Scalar();
    const auto value = node.begin()->second;
    if (key == "all" || key == "any") return junction(key == "all" ? Op::all : Op::any, value);
    if (key == "not") {
      const auto child = condition(value);
      return add_node({.op = Op::negate, .first = link({{child}}), .count = 1});
    }
    if (key == "definition") return use_definition(value);
    if (key == "recorded") {
      const auto fact = fact_named(value);
      return fact ? add_node({.op = Op::recorded, .subject = *fact}) : constant(false);
    }
    if (key == "includes_all") {
      if (value.IsMap() && value.size() == 1)
        return fact_test(value.begin()->first.Scalar(), value.begin()->second, true);
      fault(node, "bad_condition", "'includes_all' takes one list fact and its codes.",
            "Write { includes_all: { fact: [code] } }.");
      return constant(false);
    }
    if (const auto comparison = base::enum_of<Comparison>(comparison_codes, key)) return comparing(*comparison, value);
    return fact_test(key, value, false);
  }

  std::uint32_t junction(Op op, const YAML::Node& list) {
    if (!list.IsSequence() || list.size() == 0 || list.size() > 200) {
      fault(list, "bad_condition", "'all' and 'any' take a list of 1 to 200 conditions.",
            "Write it in square brackets.");
      return constant(false);
    }
    std::vector<std::uint32_t> children;
    for (const auto& item : list) children.push_back(condition(item));
    const auto first = link(children);
    return add_node({.op = op, .first = first, .count = static_cast<std::uint16_t>(children.size())});
  }

  std::uint32_t use_definition(const YAML::Node& value) {
    const auto name = value.IsScalar() ? value.Scalar() : std::string();
    const auto found = definitions_.find(name);
    if (found == definitions_.end()) {
      fault(value, "undefined_definition", fmt::format("There is no definition '{}' in this pack.", name),
            "Define it, or correct the name.");
      return constant(false);
    }
    if (const auto waiting = pending_.find(name); waiting != pending_.end()) {
      const auto body = waiting->second;
      define(name, body);
    }
    return add_node({.op = Op::definition, .subject = found->second});
  }

  std::optional<FactId> fact_named(const YAML::Node& node) {
    const auto name = node.IsScalar() ? node.Scalar() : std::string();
    const auto fact = schema_.find(name);
    if (!fact)
      fault(node, "undefined_fact", fmt::format("There is no fact '{}'.", name),
            "Declare it in law/schema/facts.yaml, or correct the name.");
    return fact;
  }

  std::uint32_t fact_test(const std::string& name, const YAML::Node& value, bool all_of_them) {
    const auto fact = schema_.find(name);
    if (!fact) {
      fault(value, "undefined_fact", fmt::format("There is no fact '{}'.", name),
            "Declare it in law/schema/facts.yaml, or correct the name.");
      return constant(false);
    }
    const auto& definition = schema_[*fact];
    std::vector<std::string> items;
    if (value.IsScalar()) items.push_back(value.Scalar());
    if (value.IsSequence()) {
      for (const auto& item : value) items.push_back(item.IsScalar() ? item.Scalar() : std::string());
    }
    if (items.empty()) {
      fault(value, "bad_value", fmt::format("'{}' is compared with nothing.", name),
            "Give a value, or a list of at least one.");
      return constant(false);
    }
    if (all_of_them && definition.type != FactType::code_list && definition.type != FactType::country_list) {
      fault(value, "bad_condition", fmt::format("'{}' is not a list.", name),
            "Write { fact: code } without 'includes_all'.");
      return constant(false);
    }
    switch (definition.type) {
      case FactType::boolean:
        if (items.size() != 1 || (items[0] != "true" && items[0] != "false")) {
          fault(value, "bad_value", fmt::format("'{}' is a yes/no fact.", name), "Write true or false.");
          return constant(false);
        }
        return add_node({.op = Op::boolean, .flag = items[0] == "true", .subject = *fact});
      case FactType::date:
        fault(value, "bad_condition", fmt::format("'{}' is a date.", name),
              "Compare it: { before: [ … ] }, or { recorded: … }.");
        return constant(false);
      case FactType::code:
      case FactType::code_list: {
        std::uint64_t mask = 0;
        for (const auto& item : items) {
          const auto found = std::ranges::find(definition.codes, item);
          if (found == definition.codes.end())
            fault(value, "unknown_code", fmt::format("'{}' is not a code of '{}'.", item, name), "Correct it.");
          else
            mask |= 1ULL << static_cast<unsigned>(found - definition.codes.begin());
        }
        const auto op = definition.type == FactType::code ? Op::code_in : all_of_them ? Op::has_all : Op::has_any;
        return add_node({.op = op, .subject = *fact, .mask = mask});
      }
      case FactType::country_list: {
        std::vector<base::Country> countries;
        for (const auto& item : items) {
          const auto country = base::Country::parse(item);
          if (country && base::is_assigned(*country))
            countries.push_back(*country);
          else
            fault(value, "unknown_country", fmt::format("'{}' is not an ISO 3166-1 code.", item), "Correct it.");
        }
        law_.country_sets.push_back(std::move(countries));
        return add_node({.op = all_of_them ? Op::country_all : Op::country_any,
                         .subject = *fact,
                         .mask = law_.country_sets.size() - 1});
      }
    }
    return constant(false);
  }

  std::uint32_t comparing(Comparison comparison, const YAML::Node& value) {
    if (!value.IsSequence() || value.size() != 2) {
      fault(value, "bad_condition", "A comparison takes two days.", "Write { before: [ x, y ] }.");
      return constant(false);
    }
    const auto x = day(value[0], false);
    const auto y = day(value[1], false);
    return add_node({.op = Op::compare, .comparison = comparison, .first = link({{x, y}}), .count = 2});
  }

  // --- days ---

  std::uint32_t add_day(Day node) {
    law_.days.push_back(node);
    return static_cast<std::uint32_t>(law_.days.size() - 1);
  }

  std::optional<std::uint16_t> parameter_named(const YAML::Node& node, ParameterUnit unit) {
    const auto name = node.IsScalar() ? node.Scalar() : std::string();
    const auto found = parameters_.find(name);
    if (found == parameters_.end() || law_.parameters[found->second].unit != unit) {
      fault(node, "undefined_parameter", fmt::format("There is no parameter '{}' of this kind.", name),
            "Declare it, or correct the name.");
      return std::nullopt;
    }
    return found->second;
  }

  /// `in_period`: `start` is known, and `add` gives the last day as the pack counts.
  std::uint32_t day(const YAML::Node& node, bool in_period) {
    if (node.IsScalar()) {
      const auto& text = node.Scalar();
      if (text == "today") return add_day({.op = DayOp::today});
      if (text == "never") return add_day({.op = DayOp::never});
      if (text == "start" && in_period) return add_day({.op = DayOp::start});
      if (const auto date = base::Date::parse(text))
        return add_day({.op = DayOp::fixed, .fixed = date->days_since_epoch()});
      const auto fact = fact_named(node);
      if (fact && schema_[*fact].type != FactType::date)
        fault(node, "bad_day", fmt::format("'{}' is not a date.", text), "Use a fact of type date.");
      return add_day({.op = DayOp::fact, .subject = fact.value_or(0)});
    }
    if (node.IsMap() && node.size() == 1) {
      const auto key = node.begin()->first.Scalar();
      const auto value = node.begin()->second;
      if (key == "parameter")
        return add_day({.op = DayOp::parameter, .subject = parameter_named(value, ParameterUnit::date).value_or(0)});
      if (key == "add") return addition(value, in_period);
      if (key == "later_of" || key == "earlier_of") {
        std::vector<std::uint32_t> children;
        if (value.IsSequence() && value.size() <= 200) {
          for (const auto& item : value) children.push_back(day(item, in_period));
        }
        if (!children.empty()) {
          const auto first = link(children);
          return add_day({.op = key == "later_of" ? DayOp::later_of : DayOp::earlier_of,
                          .first = first,
                          .count = static_cast<std::uint16_t>(children.size())});
        }
      }
    }
    fault(node, "bad_day", "This is not a day.", "See law/schema/README.md, Conditions.");
    return add_day({.op = DayOp::never});
  }

  [[nodiscard]] bool holds_add(std::uint32_t index) const {
    const auto& node = law_.days[index];
    if (node.op == DayOp::add) return true;
    for (std::uint32_t i = 0; i < node.count; ++i) {
      if (holds_add(law_.links[node.first + i])) return true;
    }
    return false;
  }

  /// Up to 200 years: no period of law is longer, and the calendar ends.
  static std::optional<base::Length> length_of(std::string_view text) {
    const auto length = base::parse_length(text);
    if (!length) return std::nullopt;
    const std::int32_t most = length->unit == base::Unit::years    ? 200
                              : length->unit == base::Unit::months ? 2400
                                                                   : 73'000;
    return length->count <= most ? length : std::nullopt;
  }

  std::uint32_t addition(const YAML::Node& value, bool in_period) {
    if (!value.IsSequence() || value.size() != 2) {
      fault(value, "bad_day", "'add' takes a day and a length.", "Write { add: [ day, 30d ] }.");
      return add_day({.op = DayOp::never});
    }
    const auto from = day(value[0], in_period);
    // An add upon another goes on from its last day and takes nothing off again.
    Day result{.op = DayOp::add,
               .start_day_counts = in_period && inclusive_ && !holds_add(from),
               .missing_day = missing_day_,
               .count = 1};
    result.first = link({{from}});
    if (value[1].IsMap() && value[1].size() == 1 && value[1].begin()->first.Scalar() == "parameter") {
      result.length_is_parameter = true;
      result.subject = parameter_named(value[1].begin()->second, ParameterUnit::length).value_or(0);
    } else if (const auto length = value[1].IsScalar() ? length_of(value[1].Scalar()) : std::nullopt) {
      result.length = *length;
    } else {
      fault(value[1], "bad_day", "This is not a length.", "Write 30d, 3m, 2y or { parameter: name }.");
    }
    return add_day(result);
  }

  // --- entitlements ---

  void load_entitlements(const YAML::Node& node, bool schemes) {
    if (!is_section(node, schemes ? "schemes" : "entitlements")) return;
    for (const auto& item : node) load_entitlement(item.first.Scalar(), item.second, schemes);
  }

  static bool is_id(std::string_view key) {
    const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const auto point = key.find('.');
    if (point == 0 || point > 2 || point + 1 >= key.size() || key.size() > 100) return false;
    return std::ranges::all_of(key.substr(0, point), is_plain) &&
           std::ranges::all_of(key.substr(point + 1), [&](char c) { return is_plain(c) || c == '-'; });
  }

  void load_entitlement(const std::string& key, const YAML::Node& node, bool is_scheme) {
    MapReader reader(node, fmt::format("'{}'", key), faults_);
    EntitlementInfo info;
    info.id = name_ + "." + key;
    info.pack = name_;
    info.international = international_;
    info.is_scheme = is_scheme;
    info.title = reader.required_text("title");
    info.plain = reader.text("plain");
    const auto measure_text = reader.required_text("measure");
    if (const auto measure = base::parse_measure(measure_text))
      info.measure = *measure;
    else if (!measure_text.empty())
      fault(node, "bad_code", fmt::format("'{}' is not a measure of resolution 20/1.", measure_text),
            "Write it as 4(d).");
    if (!is_id(key))
      fault(node, "bad_id", fmt::format("'{}' is not <letter or number of a measure>.<slug>.", key),
            "Write it as d.recovery-period.");
    info.component = reader.code<base::Component>("component", base::component_codes);
    info.force = reader.code<Force>("force", force_codes);
    info.duty_bearer = reader.required_text("duty_bearer");
    info.serves = reader.texts("serves");
    info.implements = reader.texts("implements");
    info.delivered_by = reader.code<Delivery>("delivered_by", delivery_codes);
    if (is_scheme) info.route = route_codes[reader.code<std::size_t>("route", route_codes)];
    (void)reader.require("provisions");
    for (const auto& cited : reader.texts("provisions")) {
      if (const auto found = provisions_.find(cited); found != provisions_.end())
        info.provisions.push_back(found->second);
      else
        fault(node, "missing_citation", fmt::format("There is no provision '{}' in this pack.", cited),
              "Declare it under 'provisions'.");
    }
    if (info.provisions.empty())
      fault(node, "missing_citation", fmt::format("'{}' cites nothing.", key), "Cite the provision it rests on.");
    for (const auto cited : info.provisions) info.weakest = std::max(info.weakest, law_.provisions[cited].confidence);
    const auto versions = reader.require("versions");
    reader.finish();
    std::vector<Version> compiled;
    if (is_list(versions, "versions", 100)) {
      for (const auto& version : versions) compiled.push_back(load_version(version, is_scheme));
    }
    if (compiled.empty() || compiled.size() > 100)
      fault(node, "missing_versions", fmt::format("'{}' has no versions, or over 100.", key), "Give at least one.");
    check_overlap(node, compiled);
    if (std::ranges::any_of(law_.entitlements, [&](const auto& other) { return other.id == info.id; })) {
      fault(node, "repeated_entitlement", fmt::format("'{}' stands twice.", info.id), "Keep one.");
    }
    law_.entitlements.push_back(std::move(info));
    law_.versions.push_back(std::move(compiled));
  }

  Version load_version(const YAML::Node& node, bool is_scheme) {
    MapReader reader(node, "a version", faults_);
    Version version;
    version.span = span(reader);
    version.status = reader.code<LawStatus>("status", law_status_codes);
    version.provision = provision(reader, "provision");
    if (const auto when = reader.get("when"); when.IsDefined()) version.when = condition(when);
    if (is_scheme) load_criteria(reader, version);
    load_exceptions(reader.get("exceptions"), version);
    if (const auto period = reader.get("period"); period.IsDefined()) {
      MapReader inside(period, "a period", faults_);
      const auto start = inside.require("start");
      const auto end = inside.get("end");
      inside.finish();
      if (start.IsDefined()) version.start = day(start, false);
      if (end.IsDefined()) version.end = day(end, true);
    }
    if (const auto due = reader.get("due"); due.IsDefined()) {
      version.due = day(due, true);
      if (version.start == none && names_start(version.due))
        fault(due, "bad_day", "'start' stands in 'due', but there is no period.", "Give 'period' a start.");
    }
    load_bars(reader.get("bars"), version);
    load_early_ends(reader.get("early_end"), version);
    reader.finish();
    return version;
  }

  [[nodiscard]] bool names_start(std::uint32_t index) const {
    const auto& node = law_.days[index];
    if (node.op == DayOp::start) return true;
    for (std::uint32_t i = 0; i < node.count; ++i) {
      if (names_start(law_.links[node.first + i])) return true;
    }
    return false;
  }

  template <class Items, class LabelOf>
  void check_labels(const YAML::Node& node, const Items& items, LabelOf label_of) {
    std::set<std::string_view> seen;
    for (const auto& item : items) {
      if (!seen.insert(label_of(item)).second)
        fault(node, "repeated_label", fmt::format("The label '{}' stands twice.", label_of(item)), "Rename one.");
    }
  }

  void load_criteria(MapReader& reader, Version& version) {
    const auto list = reader.get("criteria");
    (void)reader.text("cap");
    (void)reader.texts("excluded_heads");
    const bool gives_something = operates(version.status);
    if (!list.IsDefined() && gives_something)
      fault(reader.node(), "missing_key", "A scheme's version has no 'criteria'.", "List them.");
    if (!is_list(list, "criteria")) return;
    for (const auto& item : list) {
      MapReader criterion(item, "a criterion", faults_);
      CompiledCriterion compiled;
      compiled.info.label = criterion.required_text("label");
      compiled.info.column = criterion.code<CriterionColumn>("column", column_codes);
      compiled.info.barrier = criterion.boolean("barrier", false);
      compiled.info.judged_at = judged_codes[criterion.code<std::size_t>("judged_at", judged_codes)];
      compiled.info.provision = provision(criterion, "provision");
      const auto when = criterion.require("when");
      criterion.finish();
      compiled.when = when.IsDefined() ? condition(when) : constant(false);
      version.criteria.push_back(compiled.info);
      version.compiled_criteria.push_back(std::move(compiled));
    }
    check_labels(list, version.criteria, [](const Criterion& one) { return std::string_view(one.label); });
  }

  void load_exceptions(const YAML::Node& list, Version& version) {
    if (!is_list(list, "exceptions", 16)) return;
    std::vector<std::vector<std::string>> defeats;
    for (const auto& item : list) {
      MapReader reader(item, "an exception", faults_);
      Exception exception;
      exception.label = reader.required_text("label");
      exception.grants = reader.code<int>("effect", effect_codes) == 1;
      exception.provision = provision(reader, "provision");
      exception.decided_by = reader.text("decided_by");
      exception.appeal = reader.text("appeal");
      defeats.push_back(reader.texts("defeats"));
      const auto when = reader.require("when");
      reader.finish();
      exception.when = when.IsDefined() ? condition(when) : constant(false);
      version.exceptions.push_back(std::move(exception));
    }
    for (std::size_t i = 0; i < defeats.size(); ++i) {
      for (const auto& label : defeats[i]) {
        const auto found = std::ranges::find(version.exceptions, label, &Exception::label);
        if (found == version.exceptions.end())
          fault(list, "undefined_label", fmt::format("There is no exception '{}' here.", label), "Correct the label.");
        else
          version.exceptions[i].defeats |= 1U << static_cast<unsigned>(found - version.exceptions.begin());
      }
    }
    check_labels(list, version.exceptions, [](const Exception& one) { return std::string_view(one.label); });
    check_defeats(list, version.exceptions);
  }

  void check_defeats(const YAML::Node& node, const std::vector<Exception>& exceptions) {
    for (std::size_t start = 0; start < exceptions.size(); ++start) {
      std::uint32_t reached = exceptions[start].defeats;
      for (std::size_t round = 0; round < exceptions.size(); ++round) {
        for (std::size_t i = 0; i < exceptions.size(); ++i) {
          if ((reached >> i & 1U) != 0) reached |= exceptions[i].defeats;
        }
      }
      if ((reached >> start & 1U) != 0) {
        fault(node, "cycle", fmt::format("Exception '{}' defeats itself in a circle.", exceptions[start].label),
              "Break the circle.");
        return;
      }
    }
  }

  void load_bars(const YAML::Node& list, Version& version) {
    if (!is_list(list, "bars")) return;
    for (const auto& item : list) {
      MapReader reader(item, "a bar", faults_);
      Bar bar;
      bar.kind = reader.code<BarKind>("kind", bar_kind_codes);
      bar.phase = reader.text("phase");
      bar.provision = provision(reader, "provision");
      reader.finish();
      version.bars.push_back(std::move(bar));
    }
  }

  void load_early_ends(const YAML::Node& list, Version& version) {
    if (!is_list(list, "early_end")) return;
    for (const auto& item : list) {
      MapReader reader(item, "an early end", faults_);
      EarlyEnd end;
      end.label = reader.required_text("label");
      end.decided_by = reader.text("decided_by", "not recorded");
      end.appeal = reader.text("appeal", "not recorded");
      end.provision = provision(reader, "provision");
      reader.finish();
      version.early_ends.push_back(std::move(end));
    }
  }

  void load_offences(const YAML::Node& node) {
    if (!node.IsDefined()) return;
    MapReader reader(node, "the offence elements", faults_);
    (void)reader.texts("acts");
    (void)reader.texts("purposes");
    (void)reader.texts("extra");
    if (const auto means = reader.get("means_required"); means.IsDefined()) {
      MapReader inside(means, "'means_required'", faults_);
      (void)inside.boolean("adult", false);
      (void)inside.boolean("child", false);
      inside.finish();
    }
    (void)provision(reader, "provision");
    reader.finish();
  }

  void load_reserved(const YAML::Node& list) {
    if (!is_list(list, "reserved_acts")) return;
    for (const auto& item : list) {
      MapReader reader(item, "a reserved act", faults_);
      LawSet::ReservedAct act;
      act.act = reader.required_text("act");
      act.training = reader.required_text("training");
      act.provision = provision(reader, "provision");
      reader.finish();
      law_.reserved.push_back(std::move(act));
    }
  }

  void load_reports(const YAML::Node& list) {
    if (!is_list(list, "mandatory_reports")) return;
    for (const auto& item : list) {
      MapReader reader(item, "a mandatory report", faults_);
      law::Report report;
      report.label = reader.required_text("label");
      report.to = reader.required_text("to");
      report.provision = provision(reader, "provision");
      const auto when = reader.require("when");
      reader.finish();
      report.when = when.IsDefined() ? condition(when) : constant(false);
      law_.reports.push_back(std::move(report));
    }
  }

  LawSet::Compiled& law_;
  const FactSchema& schema_;
  Faults& faults_;
  bool is_own_;
  std::string name_;
  bool international_ = false;
  bool inclusive_ = false;
  base::MissingDay missing_day_{};
  std::map<std::string, ProvisionId, std::less<>> provisions_;
  std::map<std::string, std::uint16_t, std::less<>> parameters_;
  std::map<std::string, std::uint16_t, std::less<>> definitions_;
  std::map<std::string, YAML::Node, std::less<>> pending_;
  std::vector<std::string> being_defined_;
  std::size_t depth_ = 0;
};

struct Opened {
  const PackSource* source;
  std::string name;
  std::vector<std::string> bound_by;
  YAML::Node document;
};

/// The file's own name for itself and what binds it; nothing where the file does not open.
std::optional<Opened> open(const PackSource& source, std::vector<Problem>& problems) {
  Faults faults(source.file_name);
  const auto document = load_yaml(source.yaml, faults);
  problems.insert(problems.end(), faults.all().begin(), faults.all().end());
  if (!document || !document->IsMap()) return std::nullopt;
  Faults ignored(source.file_name);  // the loader reports these again, with all others
  MapReader reader(*document, "the pack", ignored);
  return Opened{&source, reader.text("pack"), reader.texts("bound_by"), *document};
}

/// Every baseline id that a rule says it carries out must exist among the packs that are loaded.
void check_implements(const LawSet::Compiled& law, std::string_view file, std::vector<Problem>& problems) {
  for (const auto& info : law.entitlements) {
    for (const auto& baseline : info.implements) {
      const bool known = std::ranges::any_of(law.entitlements, [&](const auto& other) { return other.id == baseline; });
      if (!known) {
        problems.push_back({std::string(file), 0, "undefined_entitlement",
                            fmt::format("'{}' implements '{}', which no baseline has.", info.id, baseline),
                            "Correct the id, or add the baseline to 'bound_by'."});
      }
    }
  }
}

}  // namespace

base::Result<LawSet> LawSet::compile(const FactSchema& schema, std::span<const PackSource> packs, std::string_view pack,
                                     std::vector<Problem>* problems) {
  std::vector<Problem> found;
  auto compiled = std::make_unique<Compiled>();
  try {
    std::vector<Opened> opened;
    for (const auto& source : packs) {
      if (auto one = open(source, found)) opened.push_back(std::move(*one));
    }
    const auto own = std::ranges::find(opened, pack, &Opened::name);
    if (own == opened.end() && found.empty()) {
      return base::fail({base::ErrorKind::not_found, "unknown_pack", fmt::format("There is no pack '{}'.", pack),
                         "law/", "See `remedium law list`.", "jurisdiction"});
    }
    if (own != opened.end()) {
      compiled->schema = schema;
      auto digest = fingerprint(schema);
      const auto load = [&](const Opened& one, bool is_own) {
        Faults faults(one.source->file_name);
        PackLoader(*compiled, schema, faults, is_own).load(one.document);
        found.insert(found.end(), faults.all().begin(), faults.all().end());
        digest = sha256_hex(digest + sha256_hex(one.source->yaml));
      };
      load(*own, true);
      for (const auto& name : own->bound_by) {
        const auto baseline = std::ranges::find(opened, name, &Opened::name);
        if (baseline == opened.end()) {
          found.push_back({own->source->file_name, 0, "unknown_pack",
                           fmt::format("'bound_by' names '{}', which is not there.", name), "Correct it."});
        } else {
          load(*baseline, false);
        }
      }
      compiled->digest = digest;
      check_implements(*compiled, own->source->file_name, found);
    }
  } catch (const YAML::Exception& error) {
    found.push_back({std::string(pack), error.mark.line + 1, "bad_yaml", error.msg, "Correct the file."});
  }
  if (problems != nullptr) *problems = found;
  if (!found.empty()) {
    const auto& first = found.front();
    return base::invalid("", first.code, fmt::format("{}:{}: {}", first.file, first.line, first.message),
                         "law/schema/README.md", first.next);
  }
  return LawSet(std::move(compiled));
}

LawSet::LawSet(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
LawSet::LawSet(LawSet&&) noexcept = default;
LawSet& LawSet::operator=(LawSet&&) noexcept = default;
LawSet::~LawSet() = default;

const FactSchema& LawSet::schema() const {
  return compiled_->schema;
}
std::string_view LawSet::pack() const {
  return compiled_->pack;
}
std::string_view LawSet::title() const {
  return compiled_->title;
}
std::span<const base::Country> LawSet::countries() const {
  return compiled_->countries;
}
bool LawSet::reviewed() const {
  return compiled_->reviewed;
}
std::span<const EntitlementInfo> LawSet::entitlements() const {
  return compiled_->entitlements;
}
const Provision& LawSet::provision(ProvisionId id) const {
  return compiled_->provisions[id];
}
std::string_view LawSet::digest() const {
  return compiled_->digest;
}
std::span<const LawSet::ReservedAct> LawSet::reserved_acts() const {
  return compiled_->reserved;
}

std::optional<std::size_t> LawSet::find(std::string_view entitlement_id) const {
  const auto found = std::ranges::find(compiled_->entitlements, entitlement_id, &EntitlementInfo::id);
  if (found == compiled_->entitlements.end()) return std::nullopt;
  return static_cast<std::size_t>(found - compiled_->entitlements.begin());
}

std::span<const Bar> LawSet::bars(std::size_t entitlement, const Outcome& outcome) const {
  if (outcome.no_law_on_day) return {};
  return compiled_->versions[entitlement][outcome.version].bars;
}
std::span<const EarlyEnd> LawSet::early_ends(std::size_t entitlement, const Outcome& outcome) const {
  if (outcome.no_law_on_day) return {};
  return compiled_->versions[entitlement][outcome.version].early_ends;
}
std::span<const Criterion> LawSet::criteria(std::size_t entitlement, const Outcome& outcome) const {
  if (outcome.no_law_on_day) return {};
  return compiled_->versions[entitlement][outcome.version].criteria;
}

}  // namespace remedium::law
