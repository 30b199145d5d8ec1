// Labels and headers as people retype them.
#pragma once

#include <string>
#include <string_view>

namespace remedium::exchange {

/// Lower-case ASCII letters, digits and every non-ASCII character; blanks (the no-break space too), hyphens,
/// underscores, quotes and other ASCII marks dropped. "Debt bondage ", "DebtBondage" and "debt_bondage" become one.
[[nodiscard]] std::string folded(std::string_view text);
/// `text` without blanks, tabs and no-break spaces (U+00A0, U+202F, U+FEFF) at either end.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace remedium::exchange
