#include "exchange/words.h"

#include <array>

namespace remedium::exchange {

namespace {

using namespace std::string_view_literals;
constexpr std::array blanks = {" "sv, "\t"sv, "\r"sv, "\n"sv, "\xC2\xA0"sv, "\xE2\x80\xAF"sv, "\xEF\xBB\xBF"sv};

}  // namespace

std::string folded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      out += c;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      if (text.substr(i).starts_with("\xC2\xA0")) {
        ++i;
      } else if (text.substr(i).starts_with("\xE2\x80")) {
        i += 2;  // U+2000–203F: typographic blanks, dashes, apostrophes
      } else {
        out += c;
      }
    }
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  bool again = true;
  while (again) {
    again = false;
    for (const std::string_view blank : blanks) {
      if (text.starts_with(blank)) {
        text.remove_prefix(blank.size());
        again = true;
      }
      if (text.ends_with(blank)) {
        text.remove_suffix(blank.size());
        again = true;
      }
    }
  }
  return text;
}

}  // namespace remedium::exchange
