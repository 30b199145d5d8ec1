// Strict JSON in, plain JSON out.
//
// Boost.JSON accepts what two readers may read differently (duplicate keys) or not at all (1e999); what comes in
// through `parse_json` has neither. `ObjectReader` is the one way to take an object apart: every field it does not know
// is an error.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/error.h"
#include "base/text.h"

namespace remedium::base {

struct JsonLimits {
  std::size_t max_bytes = 1U << 20U;
  std::size_t max_depth = 32;
};

/// RFC 8259, and stricter: no duplicate keys, no number outside a double, UTF-8 only, nothing behind the value.
[[nodiscard]] Result<boost::json::value> parse_json(std::string_view text, JsonLimits limits = {});

/// Takes an object apart field by field, collecting what is wrong; the first error is what `finish` returns.
/// `path` is put before each field's name.
class ObjectReader {
 public:
  ObjectReader(const boost::json::value& value, std::string path);

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] std::optional<std::string> text(std::string_view key, TextLimits limits = {});
  [[nodiscard]] std::optional<bool> boolean(std::string_view key);
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most);
  [[nodiscard]] std::optional<Date> date(std::string_view key);
  /// The raw value, for the caller to take apart.
  [[nodiscard]] const boost::json::value* any(std::string_view key);
  [[nodiscard]] const boost::json::array* array(std::string_view key, std::size_t max_items);
  [[nodiscard]] std::vector<std::string> texts(std::string_view key, std::size_t max_items, TextLimits limits = {});

  /// As the reader above, and an error where the field is absent.
  [[nodiscard]] std::string required_text(std::string_view key, TextLimits limits = {});
  [[nodiscard]] Date required_date(std::string_view key);

  void fail(std::string_view key, std::string code, std::string message, std::string next);
  void fail(Error error);
  /// The first error met, or an error for the first key that nobody asked for.
  [[nodiscard]] Status finish();

 private:
  [[nodiscard]] const boost::json::value* take(std::string_view key);
  [[nodiscard]] std::string at(std::string_view key) const;

  const boost::json::object* object_ = nullptr;
  std::string path_;
  std::vector<std::string> asked_;
  std::optional<Error> error_;
};

/// Appends JSON to a string. The caller keeps the nesting right; keys are written as given and must need no escape.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view text);
  JsonWriter& boolean(bool value);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& null();
  /// A value that is JSON already.
  JsonWriter& raw(std::string_view json);
  JsonWriter& field(std::string_view name, std::string_view text) { return key(name).string(text); }
  JsonWriter& field(std::string_view name, const char* text) { return key(name).string(text); }
  JsonWriter& field(std::string_view name, bool value) { return key(name).boolean(value); }
  JsonWriter& field(std::string_view name, std::int64_t value) { return key(name).integer(value); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string& out_;
  bool needs_comma_ = false;
};

/// `text` as a JSON string, quotes included.
void append_json_string(std::string& out, std::string_view text);

}  // namespace remedium::base
