#include "base/money.h"

#include <fmt/format.h>

#include <algorithm>

namespace remedium::base {

namespace {

constexpr std::array<std::string_view, 17> no_minor_unit = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                                                            "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
                                                            "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::array<std::string_view, 7> three_digits = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};

std::int64_t power_of_ten(int digits) {
  std::int64_t value = 1;
  for (int i = 0; i < digits; ++i) value *= 10;
  return value;
}

std::unexpected<Error> bad_amount(std::string message) {
  return invalid("amount", "bad_amount", std::move(message), "ISO 4217",
                 "Write digits, and a point before the minor units: 1500.00.");
}

Result<Money> checked(std::int64_t minor, Currency currency) {
  if (minor > max_minor || minor < -max_minor) return bad_amount("The amount is over 10^15 minor units.");
  return Money{minor, currency};
}

std::unexpected<Error> mixed(const Money& a, const Money& b) {
  return invalid("currency", "mixed_currencies",
                 fmt::format("{} and {} cannot be added without a rate.", a.currency.code(), b.currency.code()),
                 "res. 20/1 4(j)", "Give both in one currency, or a dated rate with its source.");
}

}  // namespace

std::optional<Currency> Currency::parse(std::string_view code) {
  if (code.size() != 3 || !std::ranges::all_of(code, [](char c) { return c >= 'A' && c <= 'Z'; })) return std::nullopt;
  Currency currency;
  std::ranges::copy(code, currency.code_.begin());
  return currency;
}

int Currency::minor_digits() const {
  if (std::ranges::find(no_minor_unit, code()) != no_minor_unit.end()) return 0;
  if (std::ranges::find(three_digits, code()) != three_digits.end()) return 3;
  return 2;
}

std::string Money::amount() const {
  const int digits = currency.minor_digits();
  const auto unit = power_of_ten(digits);
  const auto magnitude = minor < 0 ? -minor : minor;
  const std::string_view sign = minor < 0 ? "-" : "";
  if (digits == 0) return fmt::format("{}{}", sign, magnitude);
  return fmt::format("{}{}.{:0{}}", sign, magnitude / unit, magnitude % unit, digits);
}

std::string Money::str() const {
  return amount() + " " + std::string(currency.code());
}

Result<Money> parse_money(std::string_view amount, Currency currency) {
  const int digits = currency.minor_digits();
  const auto point = amount.find('.');
  const auto whole = amount.substr(0, point);
  auto fraction = point == std::string_view::npos ? std::string_view{} : amount.substr(point + 1);
  if (whole.empty() || (point != std::string_view::npos && fraction.empty()))
    return bad_amount("The amount is not a number.");
  if (fraction.size() > static_cast<std::size_t>(digits)) {
    return bad_amount(fmt::format("{} has {} digits behind the point.", currency.code(), digits));
  }
  std::int64_t minor = 0;
  int behind = 0;
  const auto take = [&](char character) {
    if (character < '0' || character > '9' || minor > max_minor) return false;
    minor = minor * 10 + (character - '0');
    return true;
  };
  for (const char character : whole) {
    if (!take(character)) return bad_amount("The amount is not a number, or is too large.");
  }
  for (const char character : fraction) {
    if (!take(character)) return bad_amount("The amount is not a number, or is too large.");
    ++behind;
  }
  for (; behind < digits; ++behind) minor *= 10;
  return checked(minor, currency);
}

Result<Money> add(const Money& a, const Money& b) {
  if (a.currency != b.currency) return mixed(a, b);
  return checked(a.minor + b.minor, a.currency);
}

Result<Money> subtract(const Money& a, const Money& b) {
  if (a.currency != b.currency) return mixed(a, b);
  return checked(a.minor - b.minor, a.currency);
}

}  // namespace remedium::base
