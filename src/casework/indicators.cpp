#include "casework/indicators.h"

#include <algorithm>
#include <vector>

namespace remedium::casework {

namespace {

constexpr Indicator table[] = {
#define X(code, list, dimension, strength, text) {code, #list, #dimension, #strength, text},
#include "casework/indicators.inc"
#undef X
};

}  // namespace

std::span<const Indicator> indicators() {
  return table;
}

std::span<const std::string_view> indicator_codes() {
  static const auto codes = [] {
    std::vector<std::string_view> list;
    for (const auto& indicator : table) list.push_back(indicator.code);
    return list;
  }();
  return codes;
}

const Indicator* find_indicator(std::string_view code) {
  const auto* found = std::ranges::find(table, code, &Indicator::code);
  return found == std::end(table) ? nullptr : found;
}

}  // namespace remedium::casework
