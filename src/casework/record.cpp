// Fields in from JSON, out to JSON, and to and from the bytes that are sealed.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <cassert>

#include "base/json.h"
#include "casework/act.h"

namespace remedium::casework {

namespace {

using base::DataClass;

std::size_t index_of(const Act& act, std::string_view field) {
  const auto found = std::ranges::find(act.fields, field, &Field::name);
  assert(found != act.fields.end() && "the act has no such field");
  return static_cast<std::size_t>(found - act.fields.begin());
}

bool is_language(std::string_view tag) {
  // Two or three letters, and perhaps a script and a region: "ar", "zh-Hant", "pt-BR" (BCP 47).
  const auto first = tag.substr(0, tag.find('-'));
  const auto alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return first.size() >= 2 && first.size() <= 3 && tag.size() <= 12 && std::ranges::all_of(first, lower) &&
         std::ranges::all_of(tag, alphanumeric);
}

bool is_country(std::string_view code) {
  const auto country = base::Country::parse(code);
  return country && base::is_assigned(*country);
}

class FieldParser {
 public:
  FieldParser(base::ObjectReader& reader, const Field& field) : reader_(reader), field_(field) {}

  Value parse() {
    switch (field_.type) {
      case FieldType::text:
      case FieldType::entitlement:
        return line(false);
      case FieldType::long_text:
        return line(true);
      case FieldType::code: {
        const auto value = reader_.text(field_.name);
        if (!value) return {};
        if (std::ranges::find(field_.codes, *value) == field_.codes.end()) return bad_code();
        return *value;
      }
      case FieldType::code_list: {
        auto values = reader_.texts(field_.name, field_.max);
        for (const auto& value : values) {
          if (std::ranges::find(field_.codes, value) == field_.codes.end()) return bad_code();
        }
        return list(std::move(values));
      }
      case FieldType::language: {
        const auto value = reader_.text(field_.name);
        if (!value || value->empty()) return {};
        if (!is_language(*value))
          return fault("bad_language", "This is not a language tag.", "Write it as en, ar or pt-BR.");
        return *value;
      }
      case FieldType::country: {
        const auto value = reader_.text(field_.name);
        if (!value || value->empty()) return {};
        if (!is_country(*value))
          return fault("unknown_country", "This is not an ISO 3166-1 code.", "Write two capital letters, such as VN.");
        return *value;
      }
      case FieldType::country_list: {
        auto values = reader_.texts(field_.name, field_.max);
        if (!std::ranges::all_of(values, is_country))
          return fault("unknown_country", "This is not a list of ISO 3166-1 codes.", "Write two capital letters each.");
        return list(std::move(values));
      }
      case FieldType::date: {
        const auto value = reader_.date(field_.name);
        if (value && *value < *base::Date::from({1900, 1, 1}))
          return fault("bad_date", "This day is before 1900.", "Correct the day.");
        return value ? Value(*value) : Value();
      }
      case FieldType::boolean: {
        const auto value = reader_.boolean(field_.name);
        return value ? Value(*value) : Value();
      }
      case FieldType::integer: {
        const auto value = reader_.integer(field_.name, 0, static_cast<std::int64_t>(field_.max));
        return value ? Value(*value) : Value();
      }
      case FieldType::money:
        return money();
    }
    return {};
  }

 private:
  Value line(bool several) {
    auto value = reader_.text(field_.name, {.max_bytes = field_.max, .several_lines = several});
    if (!value || value->empty()) return {};
    return std::move(*value);
  }
  Value list(std::vector<std::string> values) {
    if (!reader_.has(field_.name)) return {};
    std::ranges::sort(values);
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
  }
  Value money() {
    const auto* value = reader_.any(field_.name);
    if (value == nullptr) return {};
    base::ObjectReader inside(*value, std::string(field_.name));
    const auto amount = inside.required_text("amount");
    const auto code = inside.required_text("currency");
    if (const auto status = inside.finish(); !status) {
      reader_.fail(status.error());
      return {};
    }
    const auto currency = base::Currency::parse(code);
    if (!currency)
      return fault("bad_currency", "This is not an ISO 4217 code.", "Write three capital letters, such as EUR.");
    const auto parsed = base::parse_money(amount, *currency);
    if (!parsed) {
      reader_.fail(parsed.error().under(field_.name));
      return {};
    }
    return *parsed;
  }
  Value bad_code() {
    if (field_.codes.size() > 30)
      return fault("unknown_code", "This is not one of the codes.", "See /api/v1/acts for the list.");
    return fault("unknown_code", "This is not one of the codes.",
                 fmt::format("Use: {}.", fmt::join(field_.codes, ", ")));
  }
  Value fault(std::string code, std::string message, std::string next) {
    reader_.fail(field_.name, std::move(code), std::move(message), std::move(next));
    return {};
  }

  base::ObjectReader& reader_;
  const Field& field_;
};

void write_value(base::JsonWriter& json, const Value& value) {
  std::visit(
      [&](const auto& held) {
        using Type = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Type, std::monostate>) {
          json.null();
        } else if constexpr (std::is_same_v<Type, std::string>) {
          json.string(held);
        } else if constexpr (std::is_same_v<Type, std::vector<std::string>>) {
          json.begin_array();
          for (const auto& item : held) json.string(item);
          json.end_array();
        } else if constexpr (std::is_same_v<Type, base::Date>) {
          json.string(held.str());
        } else if constexpr (std::is_same_v<Type, bool>) {
          json.boolean(held);
        } else if constexpr (std::is_same_v<Type, base::Money>) {
          json.begin_object().field("amount", held.amount()).field("currency", held.currency.code()).end_object();
        } else {
          json.integer(held);
        }
      },
      value);
}

// --- bytes: version 1, then for each field: its position, its kind, its value; integers as LEB128, signed ones zigzag
// ---

constexpr std::uint8_t encoding = 1;

/// Which alternative of Value a field of this type holds.
std::uint64_t kind_of(FieldType type) {
  switch (type) {
    case FieldType::text:
    case FieldType::long_text:
    case FieldType::code:
    case FieldType::language:
    case FieldType::country:
    case FieldType::entitlement:
      return 1;
    case FieldType::code_list:
    case FieldType::country_list:
      return 2;
    case FieldType::date:
      return 3;
    case FieldType::boolean:
      return 4;
    case FieldType::money:
      return 5;
    case FieldType::integer:
      return 6;
  }
  return 0;
}

class Writer {
 public:
  base::Bytes bytes;
  void number(std::uint64_t value) {
    while (value >= 0x80) {
      bytes.push_back(static_cast<std::uint8_t>(value | 0x80U));
      value >>= 7U;
    }
    bytes.push_back(static_cast<std::uint8_t>(value));
  }
  void signed_number(std::int64_t value) {
    number((static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void text(std::string_view value) {
    number(value.size());
    bytes.insert(bytes.end(), value.begin(), value.end());
  }
};

class Reader {
 public:
  explicit Reader(base::ByteView bytes) : bytes_(bytes) {}
  [[nodiscard]] bool at_end() const { return position_ == bytes_.size(); }
  [[nodiscard]] bool good() const { return good_; }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (position_ >= bytes_.size()) break;
      const auto byte = bytes_[position_++];
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    good_ = false;
    return 0;
  }
  std::int64_t signed_number() {
    const auto value = number();
    return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
  }
  std::string text() {
    const auto size = number();
    if (size > bytes_.size() - position_) {
      good_ = false;
      return {};
    }
    std::string value(base::text_of(bytes_.subspan(position_, static_cast<std::size_t>(size))));
    position_ += static_cast<std::size_t>(size);
    return value;
  }

 private:
  base::ByteView bytes_;
  std::size_t position_ = 0;
  bool good_ = true;
};

}  // namespace

bool Record::has(std::string_view field) const {
  return !std::holds_alternative<std::monostate>(values_[index_of(*act_, field)]);
}
std::string_view Record::text(std::string_view field) const {
  const auto* value = std::get_if<std::string>(&values_[index_of(*act_, field)]);
  return value == nullptr ? std::string_view{} : *value;
}
std::span<const std::string> Record::list(std::string_view field) const {
  const auto* value = std::get_if<std::vector<std::string>>(&values_[index_of(*act_, field)]);
  return value == nullptr ? std::span<const std::string>{} : *value;
}
std::optional<base::Date> Record::date(std::string_view field) const {
  const auto* value = std::get_if<base::Date>(&values_[index_of(*act_, field)]);
  return value == nullptr ? std::nullopt : std::optional(*value);
}
std::optional<bool> Record::boolean(std::string_view field) const {
  const auto* value = std::get_if<bool>(&values_[index_of(*act_, field)]);
  return value == nullptr ? std::nullopt : std::optional(*value);
}
std::optional<base::Money> Record::money(std::string_view field) const {
  const auto* value = std::get_if<base::Money>(&values_[index_of(*act_, field)]);
  return value == nullptr ? std::nullopt : std::optional(*value);
}
std::optional<std::int64_t> Record::integer(std::string_view field) const {
  const auto* value = std::get_if<std::int64_t>(&values_[index_of(*act_, field)]);
  return value == nullptr ? std::nullopt : std::optional(*value);
}
void Record::set(std::string_view field, Value value) {
  values_[index_of(*act_, field)] = std::move(value);
}

base::Result<Record> parse_record(const Act& act, std::string_view json) {
  TRY(const auto document, base::parse_json(json));
  base::ObjectReader reader(document, "");
  Record record(act);
  for (std::size_t i = 0; i < act.fields.size(); ++i) {
    const auto& field = act.fields[i];
    record[i] = FieldParser(reader, field).parse();
    const auto* items = std::get_if<std::vector<std::string>>(&record[i]);
    if (field.required && (std::holds_alternative<std::monostate>(record[i]) || (items != nullptr && items->empty()))) {
      reader.fail(base::Error{base::ErrorKind::invalid_input, "missing", "This is needed.", std::string(act.rule),
                              "Give a value.", std::string(field.name)});
    }
  }
  TRY_STATUS(reader.finish());
  return record;
}

std::string to_json(const Record& record, base::DataClasses classes) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  const auto& fields = record.act().fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (std::holds_alternative<std::monostate>(record[i]) || !classes.has(fields[i].data_class)) continue;
    json.key(fields[i].name);
    write_value(json, record[i]);
  }
  json.end_object();
  return out;
}

base::Bytes encode_class(const Record& record, DataClass data_class) {
  Writer writer;
  const auto& fields = record.act().fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto& value = record[i];
    if (fields[i].data_class != data_class || std::holds_alternative<std::monostate>(value)) continue;
    if (writer.bytes.empty()) writer.bytes.push_back(encoding);
    writer.number(i);
    writer.number(value.index());
    if (const auto* text = std::get_if<std::string>(&value)) writer.text(*text);
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
      writer.number(list->size());
      for (const auto& item : *list) writer.text(item);
    }
    if (const auto* date = std::get_if<base::Date>(&value)) writer.signed_number(date->days_since_epoch());
    if (const auto* yes = std::get_if<bool>(&value)) writer.number(*yes ? 1 : 0);
    if (const auto* money = std::get_if<base::Money>(&value)) {
      writer.signed_number(money->minor);
      writer.text(money->currency.code());
    }
    if (const auto* integer = std::get_if<std::int64_t>(&value)) writer.signed_number(*integer);
  }
  return std::move(writer.bytes);
}

base::Status decode_class(Record& record, DataClass data_class, base::ByteView bytes) {
  const auto corrupt = [&](std::string message) {
    return base::fail({base::ErrorKind::corrupt, "bad_record", std::move(message), "casework record, encoding 1",
                       "Use the program that wrote it, or restore a backup.", ""});
  };
  if (bytes.empty()) return {};
  if (bytes[0] != encoding) return corrupt("A record has an encoding this program does not know.");
  Reader reader(bytes.subspan(1));
  const auto& fields = record.act().fields;
  while (!reader.at_end() && reader.good()) {
    const auto index = reader.number();
    const auto kind = reader.number();
    if (index >= fields.size() || fields[index].data_class != data_class)
      return corrupt("A record has a field this program does not know.");
    if (kind != kind_of(fields[index].type)) return corrupt("A record has a value of another type than its field.");
    auto& value = record[static_cast<std::size_t>(index)];
    switch (kind) {
      case 1:
        value = reader.text();
        break;
      case 2: {
        const auto count = reader.number();
        if (count > 1000) return corrupt("A record's list is too long.");
        std::vector<std::string> list;
        for (std::uint64_t i = 0; i < count && reader.good(); ++i) list.push_back(reader.text());
        value = std::move(list);
        break;
      }
      case 3:
        value = base::Date(static_cast<std::int32_t>(reader.signed_number()));
        break;
      case 4:
        value = reader.number() != 0;
        break;
      case 5: {
        const auto minor = reader.signed_number();
        const auto currency = base::Currency::parse(reader.text());
        if (!currency) return corrupt("A record's currency does not read.");
        value = base::Money{minor, *currency};
        break;
      }
      case 6:
        value = reader.signed_number();
        break;
      default:
        return corrupt("A record has a value this program does not know.");
    }
  }
  if (!reader.good()) return corrupt("A record ends in the middle.");
  return {};
}

}  // namespace remedium::casework
