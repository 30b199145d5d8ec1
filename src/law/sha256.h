// SHA-256 (FIPS 180-4), to name the law that an answer rests on. Here because the pure core uses no library of secrets;
// never for keys.
#pragma once

#include <string>
#include <string_view>

namespace remedium::law {

/// 64 hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view text);

}  // namespace remedium::law
