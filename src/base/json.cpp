#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>
#include <unordered_set>

namespace remedium::base {

namespace json = boost::json;

namespace {

/// What makes a document unacceptable, said by the handler to `parse_json` through the parser's error code.
enum class Fault { none, duplicate_key, number_out_of_range };

/// Builds a value as Boost's own handler does, and stops at what that one lets through.
struct StrictHandler {
  static constexpr std::size_t max_object_size = 10'000;
  static constexpr std::size_t max_array_size = 1'000'000;
  static constexpr std::size_t max_key_size = 200;
  static constexpr std::size_t max_string_size = std::size_t{64} << 20U;

  json::value_stack stack;
  std::vector<std::unordered_set<std::string>> keys;
  std::string partial_key;
  std::string duplicate;
  Fault fault = Fault::none;

  bool stop(Fault reason, json::error_code& ec) {
    fault = reason;
    ec = json::error::syntax;
    return false;
  }

  bool on_document_begin(json::error_code&) {
    stack.reset();
    return true;
  }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) {
    keys.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t size, json::error_code&) {
    keys.pop_back();
    stack.push_object(size);
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t size, json::error_code&) {
    stack.push_array(size);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    partial_key.append(part.data(), part.size());
    stack.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code& ec) {
    partial_key.append(part.data(), part.size());
    stack.push_key(part);
    const bool is_new = keys.back().insert(partial_key).second;
    if (!is_new) duplicate = partial_key;
    partial_key.clear();
    return is_new || stop(Fault::duplicate_key, ec);
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    stack.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code&) {
    stack.push_string(part);
    return true;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t value, json::string_view, json::error_code&) {
    stack.push_int64(value);
    return true;
  }
  bool on_uint64(std::uint64_t value, json::string_view, json::error_code&) {
    stack.push_uint64(value);
    return true;
  }
  bool on_double(double value, json::string_view, json::error_code& ec) {
    if (!std::isfinite(value)) return stop(Fault::number_out_of_range, ec);
    stack.push_double(value);
    return true;
  }
  bool on_bool(bool value, json::error_code&) {
    stack.push_bool(value);
    return true;
  }
  bool on_null(json::error_code&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }
};

std::unexpected<Error> not_json(std::string code, std::string message, std::string next) {
  return invalid("", std::move(code), std::move(message), "RFC 8259", std::move(next));
}

}  // namespace

Result<json::value> parse_json(std::string_view text, JsonLimits limits) {
  if (text.size() > limits.max_bytes) {
    return fail({.kind = ErrorKind::too_large,
                 .code = "too_large",
                 .message = fmt::format("The document is larger than {} bytes.", limits.max_bytes),
                 .rule = "SAFETY: limits on everything",
                 .next = "Send less at once.",
                 .field = {}});
  }
  json::parse_options options;
  options.max_depth = limits.max_depth;
  json::basic_parser<StrictHandler> parser(options);
  json::error_code ec;
  const auto read = parser.write_some(false, text.data(), text.size(), ec);
  const auto& handler = parser.handler();
  if (handler.fault == Fault::duplicate_key) {
    return invalid(handler.duplicate, "duplicate_key", "This key stands twice in one object.", "RFC 8259 4",
                   "Give it once.");
  }
  if (handler.fault == Fault::number_out_of_range) {
    return not_json("number_out_of_range", "A number is too large to be read.", "Write a smaller number.");
  }
  if (ec == json::error::too_deep) {
    return not_json("too_deep", fmt::format("The document nests deeper than {} levels.", limits.max_depth),
                    "Flatten it.");
  }
  if (ec || !parser.done()) {
    return not_json("bad_json", fmt::format("This is not JSON: the fault is near byte {}.", read),
                    "Correct the document.");
  }
  const auto rest = text.substr(read);
  if (!std::ranges::all_of(rest, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; })) {
    return not_json("bad_json", fmt::format("There is text behind the document, at byte {}.", read),
                    "Send one value only.");
  }
  return parser.handler().stack.release();
}

ObjectReader::ObjectReader(const json::value& value, std::string path) : path_(std::move(path)) {
  object_ = value.if_object();
  if (object_ == nullptr) {
    fail(Error{ErrorKind::invalid_input, "wrong_type", "This must be an object.", "API schema", "Send {…}.", path_});
  }
}

std::string ObjectReader::at(std::string_view key) const {
  if (path_.empty()) return std::string(key);
  if (key.empty()) return path_;
  return path_ + "." + std::string(key);
}

const json::value* ObjectReader::take(std::string_view key) {
  asked_.emplace_back(key);
  if (object_ == nullptr) return nullptr;
  const auto* value = object_->if_contains(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

bool ObjectReader::has(std::string_view key) const {
  const auto* value = object_ == nullptr ? nullptr : object_->if_contains(key);
  return value != nullptr && !value->is_null();
}

void ObjectReader::fail(std::string_view key, std::string code, std::string message, std::string next) {
  fail(Error{ErrorKind::invalid_input, std::move(code), std::move(message), "API schema", std::move(next), at(key)});
}

void ObjectReader::fail(Error error) {
  if (!error_) error_ = std::move(error);
}

std::optional<std::string> ObjectReader::text(std::string_view key, TextLimits limits) {
  const auto* value = take(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    fail(key, "wrong_type", "This must be text.", "Put it in quotation marks.");
    return std::nullopt;
  }
  const auto& given = value->get_string();
  auto normal = normalise(at(key), std::string_view(given.data(), given.size()), limits);
  if (!normal) {
    fail(normal.error());
    return std::nullopt;
  }
  return *normal;
}

std::optional<bool> ObjectReader::boolean(std::string_view key) {
  const auto* value = take(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) {
    fail(key, "wrong_type", "This must be true or false.", "Write true or false, without quotation marks.");
    return std::nullopt;
  }
  return value->get_bool();
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view key, std::int64_t least, std::int64_t most) {
  const auto* value = take(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_int64() || value->get_int64() < least || value->get_int64() > most) {
    fail(key, "wrong_type", fmt::format("This must be a whole number from {} to {}.", least, most),
         "Correct the number.");
    return std::nullopt;
  }
  return value->get_int64();
}

std::optional<Date> ObjectReader::date(std::string_view key) {
  const auto* value = take(key);
  if (value == nullptr) return std::nullopt;
  const auto parsed = value->is_string() ? Date::parse(std::string_view(value->get_string())) : std::nullopt;
  if (!parsed) fail(key, "bad_date", "This is not a day of the calendar.", "Write it as year-month-day: 2024-05-01.");
  return parsed;
}

const json::value* ObjectReader::any(std::string_view key) {
  return take(key);
}

const json::array* ObjectReader::array(std::string_view key, std::size_t max_items) {
  const auto* value = take(key);
  if (value == nullptr) return nullptr;
  const auto* items = value->if_array();
  if (items == nullptr) {
    fail(key, "wrong_type", "This must be a list.", "Write it in square brackets.");
  } else if (items->size() > max_items) {
    fail(key, "too_many_items", fmt::format("This list is longer than {}.", max_items), "Send fewer items.");
    return nullptr;
  }
  return items;
}

std::vector<std::string> ObjectReader::texts(std::string_view key, std::size_t max_items, TextLimits limits) {
  std::vector<std::string> result;
  const auto* items = array(key, max_items);
  if (items == nullptr) return result;
  for (const auto& item : *items) {
    if (!item.is_string()) {
      fail(key, "wrong_type", "Each item of this list must be text.", "Put each in quotation marks.");
      return result;
    }
    const auto& given = item.get_string();
    auto normal = normalise(at(key), std::string_view(given.data(), given.size()), limits);
    if (!normal) {
      fail(normal.error());
      return result;
    }
    result.push_back(std::move(*normal));
  }
  return result;
}

std::string ObjectReader::required_text(std::string_view key, TextLimits limits) {
  auto value = text(key, limits);
  if (!value || value->empty()) fail(key, "missing", "This is needed.", "Give a value.");
  return value.value_or(std::string());
}

Date ObjectReader::required_date(std::string_view key) {
  const auto value = date(key);
  if (!value) fail(key, "missing", "This day is needed.", "Write it as year-month-day: 2024-05-01.");
  return value.value_or(Date{});
}

Status ObjectReader::finish() {
  if (error_) return std::unexpected(*error_);
  if (object_ == nullptr) return {};
  for (const auto& member : *object_) {
    const std::string_view key(member.key());
    if (std::ranges::find(asked_, key) == asked_.end()) {
      return invalid(at(key), "unknown_key", "There is no such field here.", "API schema",
                     "Remove it, or correct its name.");
    }
  }
  return {};
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    }
  }
  out.append(text, plain, text.size() - plain);
  out += '"';
}

void JsonWriter::separate() {
  if (needs_comma_) out_ += ',';
  needs_comma_ = true;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  out_ += '"';
  out_ += name;
  out_ += "\":";
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  separate();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  return raw(value ? "true" : "false");
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  separate();
  std::array<char, 24> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  out_.append(buffer.data(), end.ptr);
  return *this;
}

JsonWriter& JsonWriter::null() {
  return raw("null");
}

JsonWriter& JsonWriter::raw(std::string_view text) {
  separate();
  out_ += text;
  return *this;
}

}  // namespace remedium::base
