// What a request and a response are, for whoever writes a route. No network library here.
//
// A `Request` has been checked before a route sees it: its framing is unambiguous, its path and query are decoded,
// valid UTF-8 without controls and inside their limits, and no field that may stand once stands twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace remedium::http {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options };
[[nodiscard]] std::string_view name(Method method);
/// nullopt for a method that is not served at all (TRACE, CONNECT, unknown).
[[nodiscard]] std::optional<Method> parse_method(std::string_view text);

/// Names with values, in the order given; a name may be given more than once.
class Parameters {
 public:
  void add(std::string name, std::string value) { all_.emplace_back(std::move(name), std::move(value)); }
  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
  /// The first value of `name`.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  [[nodiscard]] std::vector<std::string_view> values(std::string_view name) const;
  /// The first value as a whole number from `least` to `most`; invalid_input names the parameter.
  [[nodiscard]] base::Result<std::optional<std::int64_t>> integer(std::string_view name, std::int64_t least,
                                                                  std::int64_t most) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const { return all_; }
  [[nodiscard]] std::size_t size() const { return all_.size(); }

 private:
  [[nodiscard]] const std::string* find(std::string_view name) const;
  std::vector<std::pair<std::string, std::string>> all_;
};

struct ParameterLimits {
  std::size_t max_parameters = 100;
  std::size_t max_name_bytes = 200;
  std::size_t max_value_bytes = 8 * 1024;
};
/// application/x-www-form-urlencoded (WHATWG URL 5.1): `+` is a blank, `%XX` a byte. Refuses a broken escape, text that
/// is not UTF-8, NUL (other controls stay: a text area has line ends), and what is over a limit.
[[nodiscard]] base::Result<Parameters> parse_urlencoded(std::string_view text, ParameterLimits limits = {});
/// The reverse, for links and redirects: every byte outside RFC 3986's unreserved becomes %XX.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// The decoded path, segment by segment: "/api/v1/cases/a%20b" is `api`, `v1`, `cases`, `a b`. "/" has no segment; a
/// slash at the end gives an empty last one. A segment never holds `/`, `\`, a control character, and is never `.` or
/// `..`: it may name a file.
class Path {
 public:
  static constexpr std::size_t max_segments = 32;
  Path() = default;
  /// From the part of the target before `?`, which must begin with `/`.
  [[nodiscard]] static base::Result<Path> parse(std::string_view raw);
  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  [[nodiscard]] std::string_view operator[](std::size_t i) const;
  /// The whole decoded path, beginning with `/`.
  [[nodiscard]] std::string_view str() const { return text_; }

 private:
  std::string text_ = "/";
  std::vector<std::uint16_t> ends_;  ///< where each segment ends in `text_`
};

/// The header fields of a request as they came: one copy of the text, and where each name and value stands in it.
class HeaderFields {
 public:
  void add(std::string_view name, std::string_view value);
  void reserve(std::size_t bytes, std::size_t fields) {
    text_.reserve(bytes);
    fields_.reserve(fields);
  }
  /// The first value of `name`, in any case.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  [[nodiscard]] std::size_t size() const { return fields_.size(); }
  [[nodiscard]] std::pair<std::string_view, std::string_view> operator[](std::size_t i) const;

 private:
  struct Field {
    std::uint32_t name, value, end;
  };
  std::string text_;
  std::vector<Field> fields_;
};

struct Request {
  Method method = Method::get;
  Path path;
  Parameters query;
  HeaderFields headers;
  std::string body;
  std::string peer;      ///< numeric address of the client; behind a trusted proxy, the one the proxy names
  bool secure = false;   ///< TLS here, or at a trusted proxy
  std::string raw_path;  ///< as sent, before `?`; for a link back

  /// Set by Router: which names of the pattern stand at which segment. The names live as long as the router.
  std::vector<std::pair<std::string_view, std::uint16_t>> path_parameters;

  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const { return headers.get(name); }
  /// The value of the route's `{name}`; empty where the pattern has none.
  [[nodiscard]] std::string_view parameter(std::string_view name) const;
  /// A cookie of the request. One that is sent twice is not believed (a sibling host may have planted the other):
  /// nullopt.
  [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;
  /// The body as a form; invalid_input where its Content-Type is another.
  [[nodiscard]] base::Result<Parameters> form(ParameterLimits limits = {.max_parameters = 500,
                                                                        .max_name_bytes = 200,
                                                                        .max_value_bytes = 256 * 1024}) const;
  /// The media type of the body without its parameters, in lower case; empty where not said.
  [[nodiscard]] std::string content_type() const;
  /// Whether the client would rather have HTML than JSON (Accept names text/html, and before application/json).
  [[nodiscard]] bool wants_html() const;
};

/// A body that many responses share, or text compiled into the program.
using SharedBytes = std::shared_ptr<const std::string>;

enum class SameSite : std::uint8_t { strict, lax };
struct Cookie {
  std::string name;
  std::string value;                      ///< letters, digits and -._~ only
  std::optional<std::int64_t> max_age_s;  ///< absent: until the browser closes; 0: forget it
  SameSite same_site = SameSite::lax;
  bool secure = true;
};
/// What a cookie that stands for a person is called. `__Host-` binds it to this very host and to TLS (RFC
/// 6265bis 4.1.3.2). On plain http, which the program serves on a loopback address only, a browser that refuses Secure
/// cookies there (Safari) would refuse the name too, so it is dropped with the attribute; a name without prefix is
/// never read on a secure connection.
[[nodiscard]] std::string cookie_name(std::string_view name, bool secure);

class Response {
 public:
  Response() = default;
  explicit Response(int status) : status_(status) {}
  [[nodiscard]] static Response html(std::string body, int status = 200);
  [[nodiscard]] static Response json(std::string body, int status = 200);
  [[nodiscard]] static Response text(std::string body, int status = 200);
  [[nodiscard]] static Response empty(int status = 204) { return Response(status); }
  [[nodiscard]] static Response bytes(std::string content_type, std::string body, int status = 200);
  [[nodiscard]] static Response shared(std::string content_type, SharedBytes body, int status = 200);
  /// `body` must outlive the program's last response: text compiled in.
  [[nodiscard]] static Response constant(std::string content_type, std::string_view body, int status = 200);
  /// 303 to a place on this host; `location` begins with one `/`. Anything else would send a person elsewhere and is
  /// answered 500.
  [[nodiscard]] static Response see_other(std::string location);

  /// Adds a field, or replaces the server's default of that name (Cache-Control, Content-Security-Policy, …). A value
  /// with a control character makes the whole response a 500: no header injection whatever the caller was given.
  Response& header(std::string name, std::string value);
  Response& set_cookie(const Cookie& cookie);
  Response& status(int status) {
    status_ = status;
    return *this;
  }
  /// Close the connection after this.
  Response& close() {
    close_ = true;
    return *this;
  }

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const std::string& content_type() const { return content_type_; }
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& headers() const { return headers_; }
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  [[nodiscard]] std::string_view body() const;
  [[nodiscard]] bool closes() const { return close_; }
  /// Why this response cannot be sent; empty where it can.
  [[nodiscard]] std::string_view fault() const { return fault_; }

 private:
  int status_ = 200;
  bool close_ = false;
  std::string content_type_;
  std::vector<std::pair<std::string, std::string>> headers_;
  std::string owned_;
  SharedBytes shared_;
  std::string_view constant_;
  std::string_view fault_;
};

/// "Not Found" for 404.
[[nodiscard]] std::string_view reason_phrase(int status);
/// ASCII letters without case.
[[nodiscard]] bool same_ignoring_case(std::string_view a, std::string_view b);

/// Where a response goes. Implemented by the server, and by tests.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  /// From any thread, once.
  virtual void respond(std::uint64_t exchange, Response&& response) = 0;
};

/// Answers one request, once, from any thread, then or later. Destroyed unanswered it answers 500, so that no client
/// waits for ever. Answering twice is a programmer's mistake and ends the process.
class Responder {
 public:
  Responder(std::shared_ptr<ResponseSink> sink, std::uint64_t exchange) : sink_(std::move(sink)), exchange_(exchange) {}
  /// Hands the response to `function` (std::function<void(Response)> or alike): for tests, and for a wrapper that adds
  /// to a response.
  template <class Function>
  [[nodiscard]] static Responder to(Function function);
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&&) = delete;
  Responder(const Responder&) = delete;
  ~Responder();
  void operator()(Response response);

 private:
  std::shared_ptr<ResponseSink> sink_;
  std::uint64_t exchange_ = 0;
};

template <class Function>
Responder Responder::to(Function function) {
  class Sink final : public ResponseSink {
   public:
    explicit Sink(Function f) : function_(std::move(f)) {}
    void respond(std::uint64_t, Response&& response) override { function_(std::move(response)); }

   private:
    Function function_;
  };
  return Responder(std::make_shared<Sink>(std::move(function)), 0);
}

}  // namespace remedium::http
