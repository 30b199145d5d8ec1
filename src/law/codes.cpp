#include <array>

#include "law/internal.h"

namespace remedium::law {

std::string_view code(Truth value) {
  return truth_codes[static_cast<std::size_t>(value)];
}
std::string_view code(Force value) {
  return force_codes[static_cast<std::size_t>(value)];
}
std::string_view code(LawStatus value) {
  return law_status_codes[static_cast<std::size_t>(value)];
}
std::string_view code(Confidence value) {
  return confidence_codes[static_cast<std::size_t>(value)];
}
std::string_view code(BarKind value) {
  return bar_kind_codes[static_cast<std::size_t>(value)];
}
std::string_view code(Delivery value) {
  return delivery_codes[static_cast<std::size_t>(value)];
}
std::string_view code(CriterionColumn value) {
  return column_codes[static_cast<std::size_t>(value)];
}

std::string_view status_code(const Outcome& outcome) {
  switch (outcome.entitled) {
    case Truth::yes:
      return "entitled";
    case Truth::no:
      return "not_entitled";
    case Truth::unknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace remedium::law
