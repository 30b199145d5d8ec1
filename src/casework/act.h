// The acts of casework, described once: the JSON API, the OpenAPI document, the HTML forms and the checks of input all
// read this table. An act is a command; what it records is an event of the same kind.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/error.h"
#include "base/money.h"

namespace remedium::casework {

enum class FieldType : std::uint8_t {
  text,       ///< one line
  long_text,  ///< several lines
  code,       ///< one of `codes`
  code_list,  ///< some of `codes`
  date,
  boolean,
  language,  ///< BCP 47 tag of the registry's two- or three-letter languages
  country,
  country_list,
  money,  ///< {"amount":"1500.00","currency":"EUR"}
  integer,
  entitlement  ///< the id of an entitlement of the case's law ("gb.d.recovery-period")
};

struct Field {
  std::string_view name;  ///< "received_on"; label and hint are the messages `field.<act>.<name>` / `field.<name>`
  FieldType type = FieldType::text;
  base::DataClass data_class = base::DataClass::legal;  ///< under which key it is sealed, and who may read it
  bool required = false;
  std::span<const std::string_view> codes = {};  ///< messages `code.<name>.<code>`
  std::size_t max = 400;                         ///< bytes of text, items of a list, greatest integer
};

struct Act {
  std::string_view resource;  ///< plural noun: "consents"; the URL, the event kind, the message `act.<resource>`
  base::Measure measure{};
  std::span<const Field> fields;
  std::string_view rule;     ///< the provision or promise its invariants rest on
  bool opens_case = false;   ///< first-contacts alone
  bool about_child = false;  ///< offered only where the person is or may be a child
};

/// Every act, in the order in which a case usually meets them.
[[nodiscard]] std::span<const Act> acts();
[[nodiscard]] const Act* find_act(std::string_view resource);

using Value =
    std::variant<std::monostate, std::string, std::vector<std::string>, base::Date, bool, base::Money, std::int64_t>;

/// The validated fields of one act, in the order of its `fields`; monostate where not given.
class Record {
 public:
  explicit Record(const Act& act) : act_(&act), values_(act.fields.size()) {}
  [[nodiscard]] const Act& act() const { return *act_; }
  [[nodiscard]] const Value& operator[](std::size_t i) const { return values_[i]; }
  [[nodiscard]] Value& operator[](std::size_t i) { return values_[i]; }

  // By name; the name must be one of the act's (asserted).
  [[nodiscard]] bool has(std::string_view field) const;
  [[nodiscard]] std::string_view text(
      std::string_view field) const;  ///< text, code, language, country; empty where not given
  [[nodiscard]] std::span<const std::string> list(std::string_view field) const;
  [[nodiscard]] std::optional<base::Date> date(std::string_view field) const;
  [[nodiscard]] std::optional<bool> boolean(std::string_view field) const;
  [[nodiscard]] std::optional<base::Money> money(std::string_view field) const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view field) const;
  void set(std::string_view field, Value value);

 private:
  const Act* act_;
  std::vector<Value> values_;
};

/// A record from strict JSON; each error names the field and what it takes.
[[nodiscard]] base::Result<Record> parse_record(const Act& act, std::string_view json);
/// The fields whose class is in `classes`, as JSON: {"received_on":"2024-05-01", …}. What is outside is absent.
[[nodiscard]] std::string to_json(const Record& record, base::DataClasses classes);

/// The fields of one data class in a compact binary form, for sealing; empty where none is given. And back into the
/// record.
[[nodiscard]] base::Bytes encode_class(const Record& record, base::DataClass data_class);
[[nodiscard]] base::Status decode_class(Record& record, base::DataClass data_class, base::ByteView bytes);

}  // namespace remedium::casework
