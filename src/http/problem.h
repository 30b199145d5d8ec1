// An Error as RFC 9457 problem details.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "http/message.h"

namespace remedium::http {

/// The status of an error. `invalid_input` is 400: the caller's data is wrong and correcting it helps. `refused` is
/// 422: "understands the content, the syntax is correct, but it was unable to process the contained instructions" (RFC
/// 9110 15.5.21) is what a rule of law that forbids an act means. A program can so tell "mend the form" from "this may
/// not be done" by the status alone.
[[nodiscard]] int status_of(base::ErrorKind kind);

/// application/problem+json: type (urn:remedium:problem:<code>), title, status, detail, code, rule, next, field. Of
/// what went wrong inside (corrupt, internal) nothing is told but that it did. 429 and 503 carry Retry-After.
[[nodiscard]] Response problem(const base::Error& error, std::optional<std::int64_t> retry_after_s = std::nullopt);
/// The body of the above alone.
[[nodiscard]] std::string problem_json(const base::Error& error);

}  // namespace remedium::http
