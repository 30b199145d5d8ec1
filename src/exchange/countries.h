// Countries as files write them.
#pragma once

#include <optional>
#include <string_view>

#include "base/codes.h"

namespace remedium::exchange {

/// ISO 3166-1 alpha-2 or alpha-3 in capitals; nullopt for a code that is not assigned. Allocates nothing.
[[nodiscard]] std::optional<base::Country> country_of_code(std::string_view text);
/// The same in any case, or the English name as ISO 3166-1 and the HTCDS workbook write it.
[[nodiscard]] std::optional<base::Country> country_of_text(std::string_view text);

}  // namespace remedium::exchange
