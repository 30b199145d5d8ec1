// Exact money: integer minor units of one ISO 4217 currency.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace remedium::base {

/// An ISO 4217 alphabetic code.
class Currency {
 public:
  constexpr Currency() = default;
  /// nullopt for anything but three capital letters.
  [[nodiscard]] static std::optional<Currency> parse(std::string_view code);
  [[nodiscard]] std::string_view code() const { return {code_.data(), code_.size()}; }
  /// Digits behind the point: 0 (JPY), 3 (KWD) or 2 (ISO 4217:2015, table A.1).
  [[nodiscard]] int minor_digits() const;
  bool operator==(const Currency&) const = default;

 private:
  std::array<char, 3> code_{'X', 'X', 'X'};
};

struct Money {
  std::int64_t minor = 0;  ///< minor units; up to 10^15 either way
  Currency currency;
  bool operator==(const Money&) const = default;
  /// "1500.00 EUR".
  [[nodiscard]] std::string str() const;
  /// The amount alone: "1500.00".
  [[nodiscard]] std::string amount() const;
};

inline constexpr std::int64_t max_minor = 1'000'000'000'000'000;

/// "1500.00", "1500", never "1,500" or "1e3"; no more digits behind the point than the currency has.
[[nodiscard]] Result<Money> parse_money(std::string_view amount, Currency currency);
/// Refuses two currencies (no rate is known here) and more than 10^15 minor units.
[[nodiscard]] Result<Money> add(const Money& a, const Money& b);
[[nodiscard]] Result<Money> subtract(const Money& a, const Money& b);

}  // namespace remedium::base
