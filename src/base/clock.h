// The clock is a value that comes in. Only `app`, `http` and `cli` hold one.
#pragma once

#include "base/date.h"

namespace remedium::base {

class Clock {
 public:
  virtual ~Clock() = default;
  /// The wall clock: for what is recorded. May step; nothing that expires may rest on it alone.
  [[nodiscard]] virtual Instant now() const = 0;
  /// Microseconds that never step back, from an arbitrary start: for sessions and limits.
  [[nodiscard]] virtual std::int64_t monotonic_us() const = 0;
};

}  // namespace remedium::base
