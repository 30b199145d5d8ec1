// The operational indicators a first responder may tick. They support a decision; they never take it.
#pragma once

#include <span>
#include <string_view>

namespace remedium::casework {

struct Indicator {
  std::string_view code;
  std::string_view list;  ///< ilo_adult_labour, unodc_general, …
  std::string_view dimension;
  std::string_view strength;  ///< strong, medium, weak; unread and unweighted ones are never scored
  std::string_view text;
};
[[nodiscard]] std::span<const Indicator> indicators();
[[nodiscard]] std::span<const std::string_view> indicator_codes();
[[nodiscard]] const Indicator* find_indicator(std::string_view code);

}  // namespace remedium::casework
