#include "exchange/countries.h"

#include <algorithm>
#include <array>
#include <string>

#include "exchange/words.h"

namespace remedium::exchange {

namespace {

struct Entry {
  std::string_view alpha2, alpha3, name;
};

constexpr auto entries = std::to_array<Entry>({
#include "exchange/countries.inc"
});

}  // namespace

std::optional<base::Country> country_of_code(std::string_view text) {
  if (text.size() == 2) {
    const auto country = base::Country::parse(text);
    return country && base::is_assigned(*country) ? country : std::nullopt;
  }
  const auto* found = std::ranges::lower_bound(entries, text, {}, &Entry::alpha3);
  if (found == entries.end() || found->alpha3 != text) {
    if (text == "XKX") return base::Country::parse("XK");
    return std::nullopt;
  }
  return base::Country::parse(found->alpha2);
}

std::optional<base::Country> country_of_text(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  if (const auto country = country_of_code(upper)) return country;
  const std::string wanted = folded(text);
  for (const Entry& entry : entries) {
    if (folded(entry.name) == wanted) return base::Country::parse(entry.alpha2);
  }
  return std::nullopt;
}

}  // namespace remedium::exchange
