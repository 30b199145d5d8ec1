#include "http/message.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace remedium::http {

namespace {

std::optional<std::string> unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%') {
      if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0) return std::nullopt;
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  if (!base::is_utf8(out) || out.find('\0') != std::string::npos) return std::nullopt;
  return out;
}

}  // namespace

std::string_view Fields::first(std::string_view name) const {
  const auto found = std::ranges::find(pairs_, name, [](const auto& pair) { return std::string_view(pair.first); });
  return found == pairs_.end() ? std::string_view{} : std::string_view(found->second);
}
bool Fields::has(std::string_view name) const {
  return std::ranges::any_of(pairs_, [&](const auto& pair) { return pair.first == name; });
}
std::vector<std::string_view> Fields::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& pair : pairs_) {
    if (pair.first == name) values.emplace_back(pair.second);
  }
  return values;
}

std::optional<Fields> parse_form(std::string_view text) {
  Fields fields;
  std::size_t count = 0;
  while (!text.empty()) {
    const auto end = text.find('&');
    const auto part = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (part.empty()) continue;
    const auto equals = part.find('=');
    auto name = unescape(part.substr(0, equals));
    auto value = equals == std::string_view::npos ? std::optional(std::string()) : unescape(part.substr(equals + 1));
    if (!name || !value || ++count > 1000) return std::nullopt;
    fields.add(std::move(*name), std::move(*value));
  }
  return fields;
}

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

std::string_view Request::cookie(std::string_view name) const {
  auto rest = header("cookie");
  while (!rest.empty()) {
    const auto end = rest.find(';');
    auto pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
  }
  return {};
}

Response html(std::string body, int status) {
  return {.status = status, .content_type = "text/html; charset=utf-8", .body = std::move(body)};
}
Response json(std::string body, int status) {
  return {.status = status, .content_type = "application/json", .body = std::move(body)};
}
Response see_other(std::string location) {
  return {.status = 303, .headers = {{"Location", std::move(location)}}};
}

int status_of(base::ErrorKind kind) {
  switch (kind) {
    case base::ErrorKind::invalid_input:
      return 400;
    case base::ErrorKind::unauthenticated:
      return 401;
    case base::ErrorKind::forbidden:
      return 403;
    case base::ErrorKind::not_found:
      return 404;
    case base::ErrorKind::conflict:
      return 409;
    case base::ErrorKind::refused:
      return 422;  // understood and well-formed; a rule forbids it (RFC 9110 15.5.21)
    case base::ErrorKind::too_large:
      return 413;
    case base::ErrorKind::too_many:
      return 429;
    case base::ErrorKind::unavailable:
      return 503;
    case base::ErrorKind::corrupt:
    case base::ErrorKind::internal:
      return 500;
  }
  return 500;
}

Response problem(const base::Error& error) {
  const int status = status_of(error.kind);
  std::string out;
  base::JsonWriter writer(out);
  writer.begin_object()
      .field("type", "about:blank")
      .field("title", error.message)
      .field("status", std::int64_t{status})
      .field("detail", error.message)
      .field("code", error.code);
  if (!error.rule.empty()) writer.field("rule", error.rule);
  if (!error.next.empty()) writer.field("next", error.next);
  if (!error.field.empty()) writer.field("field", error.field);
  writer.end_object();
  Response response{.status = status, .content_type = "application/problem+json", .body = std::move(out)};
  if (error.kind == base::ErrorKind::too_many || error.kind == base::ErrorKind::unavailable)
    response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace remedium::http
