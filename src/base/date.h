// Days and instants. The law counts days; the journal counts microseconds. Neither asks a clock.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace remedium::base {

struct YearMonthDay {
  int year;
  unsigned month;  ///< 1 to 12
  unsigned day;    ///< 1 to 31
};

/// A day of the proleptic Gregorian calendar, as the count of days since 1970-01-01.
class Date {
 public:
  constexpr Date() = default;
  constexpr explicit Date(std::int32_t days_since_epoch) : days_(days_since_epoch) {}
  /// nullopt where there is no such day (30 February) or the year is outside 1 to 9999.
  [[nodiscard]] static std::optional<Date> from(YearMonthDay parts);
  /// "YYYY-MM-DD" (ISO 8601 4.1.2.2) and nothing else.
  [[nodiscard]] static std::optional<Date> parse(std::string_view text);

  [[nodiscard]] constexpr std::int32_t days_since_epoch() const { return days_; }
  [[nodiscard]] YearMonthDay parts() const;
  [[nodiscard]] std::string str() const;
  [[nodiscard]] constexpr Date plus_days(std::int32_t days) const { return Date(days_ + days); }
  auto operator<=>(const Date&) const = default;

 private:
  std::int32_t days_ = 0;
};

/// What a month or year count gives where the target month has no such day (31 January + 1 month; 29 February + 1
/// year). The pack says which; `next_month_first` keeps a person a child, and a period running, one day longer.
enum class MissingDay { last_of_month, next_month_first };

enum class Unit { days, months, years };

/// A length of time as the law writes it: "30 days", "2 years".
struct Length {
  std::int32_t count = 0;
  Unit unit = Unit::days;
  auto operator<=>(const Length&) const = default;
};

/// "30d", "3m", "2y"; up to 99,999 of them.
[[nodiscard]] std::optional<Length> parse_length(std::string_view text);
[[nodiscard]] std::string to_string(Length length);

/// `start` and `length` after it. The result is the same-numbered day of the later month, by `missing_day` where there
/// is none.
[[nodiscard]] Date add(Date start, Length length, MissingDay missing_day = MissingDay::next_month_first);

/// Microseconds since 1970-01-01T00:00:00Z.
struct Instant {
  std::int64_t microseconds = 0;
  auto operator<=>(const Instant&) const = default;
  [[nodiscard]] Date utc_date() const;
  /// RFC 3339 in UTC with milliseconds: "2024-05-01T10:00:00.000Z".
  [[nodiscard]] std::string str() const;
  [[nodiscard]] static std::optional<Instant> parse(std::string_view text);
  [[nodiscard]] Instant plus_seconds(std::int64_t seconds) const { return {microseconds + seconds * 1'000'000}; }
};

}  // namespace remedium::base
