// Text as people write it: any script, checked and normalised once, at the door.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace remedium::base {

/// Whether `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text);

/// What a field accepts.
struct TextLimits {
  std::size_t max_bytes = 400;
  bool several_lines = false;  ///< line feeds (and carriage returns, which are dropped) allowed
};

/// `text` in normalisation form C with outer blanks removed. Refuses, naming `field`: malformed UTF-8, NUL and other
/// controls, the bidirectional overrides and isolates U+202A–202E and U+2066–2069 (they make a line read as another),
/// noncharacters, and more than `max_bytes` bytes. The joiners U+200C and U+200D stay: Persian and Indic names need
/// them.
[[nodiscard]] Result<std::string> normalise(std::string_view field, std::string_view text, TextLimits limits = {});

}  // namespace remedium::base
