// Errors are values. A function that can fail returns Result<T>; `TRY` hands an error on.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace remedium::base {

/// What kind of failure this is; HTTP statuses and exit codes follow from it and from nothing else.
enum class ErrorKind {
  invalid_input,    ///< the caller's data is wrong; nothing was written
  unauthenticated,  ///< no or no valid sign-in
  forbidden,        ///< signed in, but this act is not theirs (only where the resource's existence is no secret)
  not_found,        ///< absent, or denied: the two look the same
  conflict,         ///< based on a version that is no longer the newest, or an idempotency key used for another body
  refused,          ///< understood and well-formed, but a rule of law or of SAFETY forbids it; nothing was written
  too_large,        ///< over a limit
  too_many,         ///< a rate or capacity limit; try again later
  unavailable,      ///< the disk, or a part that is starting, cannot serve now; nothing was acknowledged
  corrupt,          ///< stored data does not open or does not verify
  internal          ///< a programmer's mistake
};

/// A failure, written for the person who reads it.
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string code;     ///< stable, snake_case: programs and message files rely on it
  std::string message;  ///< one plain sentence; never personal data
  std::string rule;     ///< the provision, promise or format it rests on ("res. 20/1 4(b)", "RFC 8259 4")
  std::string next;     ///< what to do now
  std::string field;    ///< the field it is about, as the caller named it; empty where none

  /// The same error, said of `name`: `a` becomes `name.a`.
  [[nodiscard]] Error under(std::string_view name) const;
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] inline std::unexpected<Error> fail(Error error) {
  return std::unexpected<Error>(std::move(error));
}

/// invalid_input, the commonest failure.
[[nodiscard]] std::unexpected<Error> invalid(std::string field, std::string code, std::string message, std::string rule,
                                             std::string next);

}  // namespace remedium::base

#define REMEDIUM_CONCAT_(a, b) a##b
#define REMEDIUM_CONCAT(a, b) REMEDIUM_CONCAT_(a, b)
/// TRY(auto x, f()): x is f's value, or the caller's caller gets f's error.
#define TRY(declaration, expression) TRY_(declaration, expression, REMEDIUM_CONCAT(try_result_, __LINE__))
#define TRY_(declaration, expression, result)                     \
  auto result = (expression);                                     \
  if (!result) return std::unexpected(std::move(result).error()); \
  declaration = std::move(*result)
/// TRY_STATUS(f()): for a Status.
#define TRY_STATUS(expression)                                                                                 \
  do {                                                                                                         \
    if (auto try_status_ = (expression); !try_status_) return std::unexpected(std::move(try_status_).error()); \
  } while (false)
