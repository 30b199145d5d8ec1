#include "base/date.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

namespace remedium::base {

namespace {

using namespace std::chrono;

std::optional<int> number(std::string_view digits) {
  int value = 0;
  for (const char character : digits) {
    if (character < '0' || character > '9') return std::nullopt;
    value = value * 10 + (character - '0');
  }
  return value;
}

year_month_day civil(Date date) {
  return year_month_day{sys_days{days{date.days_since_epoch()}}};
}

Date date_of(year_month_day day) {
  return Date(static_cast<std::int32_t>(sys_days{day}.time_since_epoch().count()));
}

}  // namespace

std::optional<Date> Date::from(YearMonthDay parts) {
  const year_month_day day{std::chrono::year{parts.year}, std::chrono::month{parts.month}, std::chrono::day{parts.day}};
  if (!day.ok() || parts.year < 1 || parts.year > 9999) return std::nullopt;
  return date_of(day);
}

std::optional<Date> Date::parse(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = number(text.substr(0, 4));
  const auto month = number(text.substr(5, 2));
  const auto day = number(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  return from({*year, static_cast<unsigned>(*month), static_cast<unsigned>(*day)});
}

YearMonthDay Date::parts() const {
  const auto day = civil(*this);
  return {static_cast<int>(day.year()), static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day())};
}

std::string Date::str() const {
  const auto [year, month, day] = parts();
  return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

std::optional<Length> parse_length(std::string_view text) {
  if (text.size() < 2 || text.size() > 6) return std::nullopt;
  const auto count = number(text.substr(0, text.size() - 1));
  if (!count) return std::nullopt;
  switch (text.back()) {
    case 'd':
      return Length{*count, Unit::days};
    case 'm':
      return Length{*count, Unit::months};
    case 'y':
      return Length{*count, Unit::years};
    default:
      return std::nullopt;
  }
}

std::string to_string(Length length) {
  switch (length.unit) {
    case Unit::days:
      return fmt::format("{}d", length.count);
    case Unit::months:
      return fmt::format("{}m", length.count);
    case Unit::years:
      return fmt::format("{}y", length.count);
  }
  return {};
}

Date add(Date start, Length length, MissingDay missing_day) {
  if (length.unit == Unit::days) return start.plus_days(length.count);
  const auto from = civil(start);
  auto target = year_month{from.year(), from.month()};
  target += length.unit == Unit::months ? months{length.count} : months{length.count * 12};
  const auto same_day = target / from.day();
  if (same_day.ok()) return date_of(same_day);
  const auto last = date_of(target / std::chrono::last);
  return missing_day == MissingDay::last_of_month ? last : last.plus_days(1);
}

Date Instant::utc_date() const {
  const auto day = floor<days>(sys_time<std::chrono::microseconds>{std::chrono::microseconds{microseconds}});
  return Date(static_cast<std::int32_t>(day.time_since_epoch().count()));
}

std::string Instant::str() const {
  const auto since_midnight = microseconds - std::int64_t{utc_date().days_since_epoch()} * 86'400'000'000;
  const auto milliseconds = since_midnight / 1000;
  return fmt::format("{}T{:02}:{:02}:{:02}.{:03}Z", utc_date().str(), milliseconds / 3'600'000,
                     milliseconds / 60'000 % 60, milliseconds / 1000 % 60, milliseconds % 1000);
}

std::optional<Instant> Instant::parse(std::string_view text) {
  if (text.size() < 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text.back() != 'Z')
    return std::nullopt;
  const auto date = Date::parse(text.substr(0, 10));
  const auto hour = number(text.substr(11, 2));
  const auto minute = number(text.substr(14, 2));
  const auto second = number(text.substr(17, 2));
  if (!date || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  std::int64_t fraction = 0;
  if (text.size() > 20) {
    const auto digits = text.substr(20, text.size() - 21);
    if (text[19] != '.' || digits.empty() || digits.size() > 6) return std::nullopt;
    const auto value = number(digits);
    if (!value) return std::nullopt;
    fraction = *value;
    for (auto width = digits.size(); width < 6; ++width) fraction *= 10;
  }
  const std::int64_t seconds = std::int64_t{date->days_since_epoch()} * 86'400 + *hour * 3600 + *minute * 60 + *second;
  return Instant{seconds * 1'000'000 + fraction};
}

}  // namespace remedium::base
