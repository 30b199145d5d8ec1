// The declared facts, and what is known of one case.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/json.h"
#include "law/internal.h"
#include "law/yaml_reader.h"

namespace remedium::law {

namespace {

constexpr std::string_view rule = "law/schema/facts.yaml";

std::unexpected<base::Error> bad_fact(std::string_view name, std::string code, std::string message, std::string next) {
  return base::invalid(std::string(name), std::move(code), std::move(message), std::string(rule), std::move(next));
}

const auto earliest_day = *base::Date::from({1900, 1, 1});

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto comma = text.find(',');
    auto part = text.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.push_back(part);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return parts;
}

base::Result<unsigned> code_index(const FactDefinition& definition, std::string_view value) {
  const auto found = std::ranges::find(definition.codes, value);
  if (found == definition.codes.end()) {
    return bad_fact(definition.name, "unknown_code", "This is not one of the codes of this fact.",
                    fmt::format("Use one of: {}.", fmt::join(definition.codes, ", ")));
  }
  return static_cast<unsigned>(found - definition.codes.begin());
}

base::Status set_list(const FactSchema& schema, Facts& facts, FactId id, std::span<const std::string_view> items) {
  const auto& definition = schema[id];
  if (definition.type == FactType::code_list) {
    std::uint64_t mask = 0;
    for (const auto item : items) {
      TRY(const unsigned index, code_index(definition, item));
      mask |= 1ULL << index;
    }
    facts.set_codes(id, mask);
    return {};
  }
  if (items.size() > 50) return bad_fact(definition.name, "too_many_items", "More than 50 countries.", "Give fewer.");
  std::vector<base::Country> countries;
  for (const auto item : items) {
    const auto country = base::Country::parse(item);
    if (!country || !base::is_assigned(*country)) {
      return bad_fact(definition.name, "unknown_country", "This is not an ISO 3166-1 alpha-2 code.",
                      "Write two capital letters, such as VN.");
    }
    countries.push_back(*country);
  }
  facts.set_countries(id, std::move(countries));
  return {};
}

}  // namespace

void Facts::set_boolean(FactId id, bool value) {
  known_[id] = true;
  values_[id] = value ? 1 : 0;
}
void Facts::set_date(FactId id, base::Date value) {
  known_[id] = true;
  values_[id] = value.days_since_epoch();
}
void Facts::set_code(FactId id, unsigned index) {
  known_[id] = true;
  values_[id] = index;
}
void Facts::set_codes(FactId id, std::uint64_t mask) {
  known_[id] = true;
  values_[id] = static_cast<std::int64_t>(mask);
}
void Facts::set_countries(FactId id, std::vector<base::Country> countries) {
  forget(id);
  known_[id] = true;
  countries_.emplace_back(id, std::move(countries));
}
void Facts::forget(FactId id) {
  known_[id] = false;
  values_[id] = 0;
  std::erase_if(countries_, [&](const auto& entry) { return entry.first == id; });
}
std::span<const base::Country> Facts::countries(FactId id) const {
  for (const auto& [fact, list] : countries_) {
    if (fact == id) return list;
  }
  return {};
}

base::Result<FactSchema> FactSchema::parse(std::string_view yaml, std::string_view file_name) {
  Faults faults{std::string(file_name)};
  FactSchema schema;
  const auto failed = [&]() -> std::unexpected<base::Error> {
    const auto& first = faults.all().front();
    return base::invalid("", first.code, fmt::format("{}:{}: {}", first.file, first.line, first.message),
                         std::string(rule), first.next);
  };
  const auto document = load_yaml(yaml, faults);
  if (!document) return failed();
  try {
    MapReader top(*document, "the facts", faults);
    const auto list = top.require("facts");
    const auto order = top.get("order");
    top.finish();
    if (list.IsDefined() && !list.IsSequence())
      faults.add(list, "wrong_type", "'facts' must be a list.", "Write '- name: …' lines.");
    if (order.IsDefined() && !order.IsSequence())
      faults.add(order, "wrong_type", "'order' must be a list.", "Write '- { before: …, after: … }' lines.");
    if (!faults.empty()) return failed();
    std::vector<std::pair<std::size_t, YAML::Node>> not_yet;
    for (const auto& item : list) {
      MapReader reader(item, "a fact", faults);
      FactDefinition definition;
      definition.name = reader.required_text("name");
      definition.type = reader.code<FactType>("type", fact_type_codes);
      definition.codes = reader.texts("codes");
      definition.meaning = reader.required_text("meaning");
      definition.question = reader.required_text("question");
      if (const auto measure = base::parse_measure(reader.required_text("measure"))) {
        definition.measure = *measure;
      } else {
        faults.add(item, "bad_code",
                   fmt::format("'{}' has a measure that resolution 20/1 does not have.", definition.name),
                   "Write it as 4(b).");
      }
      definition.data_class = reader.code<base::DataClass>("data_class", base::data_class_codes);
      const auto hurts = reader.required_text("hurts");
      if (hurts.size() != 1 || hurts[0] < '0' || hurts[0] > '3')
        faults.add(item, "bad_value", "'hurts' must be 0 to 3.", "Correct it.");
      definition.hurts = hurts.empty() ? 0 : hurts[0] - '0';
      if (const auto condition = reader.get("not_yet"); condition.IsDefined())
        not_yet.emplace_back(schema.definitions_.size(), condition);
      reader.finish();
      const bool coded = definition.type == FactType::code || definition.type == FactType::code_list;
      if (coded != !definition.codes.empty() || definition.codes.size() > 64) {
        faults.add(item, "bad_codes",
                   fmt::format("'{}' must have 1 to 64 codes if it is coded, and none if not.", definition.name),
                   "Correct its codes.");
      }
      auto sorted = definition.codes;
      std::ranges::sort(sorted);
      if (std::ranges::adjacent_find(sorted) != sorted.end())
        faults.add(item, "repeated_code", fmt::format("'{}' has a code twice.", definition.name), "Keep one.");
      if (schema.find(definition.name))
        faults.add(item, "repeated_fact", fmt::format("'{}' is declared twice.", definition.name), "Keep one.");
      schema.definitions_.push_back(std::move(definition));
      if (schema.definitions_.size() > max_facts) {
        faults.add(item, "too_many_facts", "More than 128 facts.", "Remove some.");
        return failed();
      }
    }
    for (const auto& [index, condition] : not_yet) {
      MapReader reader(condition, "'not_yet'", faults);
      auto& definition = schema.definitions_[index];
      const auto fact = schema.find(reader.required_text("fact"));
      const auto codes = reader.texts("codes");
      reader.finish();
      if (!fact || schema[*fact].type != FactType::code || definition.type != FactType::date) {
        faults.add(condition, "undefined_fact",
                   fmt::format("'not_yet' of '{}' must name a coded fact, and itself be of a date.", definition.name),
                   "Correct it.");
        continue;
      }
      definition.not_yet_fact = *fact;
      for (const auto& value : codes) {
        const auto found = std::ranges::find(schema[*fact].codes, value);
        if (found == schema[*fact].codes.end()) {
          faults.add(condition, "unknown_code", fmt::format("'{}' is not a code of '{}'.", value, schema[*fact].name),
                     "Correct it.");
        } else {
          definition.not_yet_codes |= 1ULL << static_cast<unsigned>(found - schema[*fact].codes.begin());
        }
      }
    }
    if (order.IsDefined()) {
      for (const auto& item : order) {
        MapReader reader(item, "an order", faults);
        const auto before = schema.find(reader.required_text("before"));
        const auto after = schema.find(reader.required_text("after"));
        auto message = reader.required_text("message");
        reader.finish();
        if (!before || !after || schema[*before].type != FactType::date || schema[*after].type != FactType::date) {
          faults.add(item, "undefined_fact", "An order must name two facts of type date.", "Correct it.");
          continue;
        }
        schema.orders_.push_back({*before, *after, std::move(message)});
      }
    }
  } catch (const YAML::Exception& error) {
    faults.add_at(error.mark.line + 1, "bad_yaml", error.msg, "Correct the file.");
  }
  if (!faults.empty()) return failed();
  return schema;
}

std::optional<FactId> FactSchema::find(std::string_view name) const {
  for (std::size_t i = 0; i < definitions_.size(); ++i) {
    if (definitions_[i].name == name) return static_cast<FactId>(i);
  }
  return std::nullopt;
}

base::Status set_fact(const FactSchema& schema, Facts& facts, std::string_view name, std::string_view text) {
  const auto id = schema.find(name);
  if (!id) return bad_fact(name, "unknown_fact", "There is no fact of this name.", "See the list of facts.");
  const auto& definition = schema[*id];
  switch (definition.type) {
    case FactType::boolean:
      if (text != "true" && text != "false")
        return bad_fact(name, "wrong_type", "This must be true or false.", "Write true or false.");
      facts.set_boolean(*id, text == "true");
      return {};
    case FactType::date: {
      const auto date = base::Date::parse(text);
      if (!date || *date < earliest_day) {
        return bad_fact(name, "bad_date", "This is not a day of the calendar since 1900.",
                        "Write it as year-month-day: 2024-05-01.");
      }
      facts.set_date(*id, *date);
      return {};
    }
    case FactType::code: {
      TRY(const unsigned index, code_index(definition, text));
      facts.set_code(*id, index);
      return {};
    }
    case FactType::code_list:
    case FactType::country_list:
      return set_list(schema, facts, *id, split(text));
  }
  return {};
}

std::string fact_text(const FactSchema& schema, const Facts& facts, FactId id) {
  if (!facts.known(id)) return {};
  const auto& definition = schema[id];
  switch (definition.type) {
    case FactType::boolean:
      return facts.value(id) != 0 ? "true" : "false";
    case FactType::date:
      return base::Date(static_cast<std::int32_t>(facts.value(id))).str();
    case FactType::code:
      return definition.codes[static_cast<std::size_t>(facts.value(id))];
    case FactType::code_list: {
      std::string text;
      for (std::size_t i = 0; i < definition.codes.size(); ++i) {
        if ((static_cast<std::uint64_t>(facts.value(id)) >> i & 1U) == 0) continue;
        text += (text.empty() ? "" : ",") + definition.codes[i];
      }
      return text;
    }
    case FactType::country_list: {
      std::string text;
      for (const auto country : facts.countries(id)) text += (text.empty() ? "" : ",") + std::string(country.code());
      return text;
    }
  }
  return {};
}

base::Status check_facts(const FactSchema& schema, const Facts& facts) {
  for (FactId id = 0; id < schema.size(); ++id) {
    const auto& definition = schema[id];
    if (definition.type != FactType::date || !facts.known(id) || !definition.not_yet_fact ||
        !facts.known(*definition.not_yet_fact))
      continue;
    const auto held = static_cast<unsigned>(facts.value(*definition.not_yet_fact));
    if ((definition.not_yet_codes >> held & 1U) != 0) {
      return bad_fact(definition.name, "facts_contradict",
                      fmt::format("This day is given while {} is {}, which says that it has not come.",
                                  schema[*definition.not_yet_fact].name, schema[*definition.not_yet_fact].codes[held]),
                      "Correct the one or the other.");
    }
  }
  for (const auto& order : schema.orders()) {
    if (facts.known(order.before) && facts.known(order.after) && facts.value(order.before) > facts.value(order.after)) {
      return bad_fact(schema[order.before].name, "facts_contradict", order.message,
                      fmt::format("Correct {} or {}.", schema[order.before].name, schema[order.after].name));
    }
  }
  return {};
}

base::Result<Facts> parse_facts(const FactSchema& schema, std::string_view json) {
  TRY(const auto document, base::parse_json(json));
  const auto* object = document.if_object();
  if (object == nullptr)
    return bad_fact("", "wrong_type", "Facts must be one object.", R"(Write {"identification.stage":"presumed"}.)");
  Facts facts;
  for (const auto& member : *object) {
    const std::string_view name(member.key());
    const auto id = schema.find(name);
    if (!id) return bad_fact(name, "unknown_fact", "There is no fact of this name.", "See the list of facts.");
    const auto& value = member.value();
    const auto type = schema[*id].type;
    if (value.is_null()) continue;  // said to be unknown
    if (type == FactType::boolean) {
      if (!value.is_bool())
        return bad_fact(name, "wrong_type", "This must be true or false.",
                        "Write true or false, without quotation marks.");
      facts.set_boolean(*id, value.get_bool());
    } else if (type == FactType::date || type == FactType::code) {
      if (!value.is_string()) return bad_fact(name, "wrong_type", "This must be text.", "Put it in quotation marks.");
      TRY_STATUS(set_fact(schema, facts, name, std::string_view(value.get_string())));
    } else {
      const auto* items = value.if_array();
      if (items == nullptr) return bad_fact(name, "wrong_type", "This must be a list.", "Write it in square brackets.");
      std::vector<std::string_view> texts;
      for (const auto& item : *items) {
        if (!item.is_string())
          return bad_fact(name, "wrong_type", "Each item of this list must be text.", "Put each in quotation marks.");
        texts.emplace_back(item.get_string());
      }
      TRY_STATUS(set_list(schema, facts, *id, texts));
    }
  }
  TRY_STATUS(check_facts(schema, facts));
  return facts;
}

}  // namespace remedium::law
