// A request as it came, a response as it goes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace remedium::http {

/// Name–value pairs in their order: of a query or of a form.
class Fields {
 public:
  void add(std::string name, std::string value) { pairs_.emplace_back(std::move(name), std::move(value)); }
  [[nodiscard]] std::string_view first(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

/// application/x-www-form-urlencoded; nullopt for a bad escape or more than 1,000 pairs.
[[nodiscard]] std::optional<Fields> parse_form(std::string_view text);

struct Request {
  std::string method;
  std::string path;  ///< decoded; always begins with '/', has no "." or ".." segment
  Fields query;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  std::string peer;                     ///< address of the other end
  std::vector<std::string> parameters;  ///< of the route's pattern, in order

  [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;
  [[nodiscard]] std::string_view cookie(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::shared_ptr<const std::string> shared_body;  ///< instead of `body`, where it is kept elsewhere
  int public_minutes = 0;                          ///< how long anybody may keep it; 0: no-store
};

using Responder = std::function<void(Response)>;
using Handler = std::function<void(Request&&, Responder)>;

[[nodiscard]] Response html(std::string body, int status = 200);
[[nodiscard]] Response json(std::string body, int status = 200);
[[nodiscard]] Response see_other(std::string location);
[[nodiscard]] int status_of(base::ErrorKind kind);
/// RFC 9457: type, title, status, detail, and our code, rule, next, field.
[[nodiscard]] Response problem(const base::Error& error);

}  // namespace remedium::http
