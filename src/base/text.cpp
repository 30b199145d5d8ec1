#include "base/text.h"

#include <fmt/format.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/utf8.h>

namespace remedium::base {

namespace {

constexpr std::string_view rule = "SAFETY: input";

/// The code point at `i`, which moves behind it; negative where the bytes are not UTF-8.
UChar32 next_code_point(std::string_view text, std::size_t& i) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"  // inside ICU's macro
  UChar32 c = 0;
  U8_NEXT(text.data(), i, text.size(), c);
#pragma GCC diagnostic pop
  return c;
}

bool is_bidi_control(UChar32 c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}
bool is_noncharacter(UChar32 c) {
  return (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (next_code_point(text, i) < 0) return false;
  }
  return true;
}

Result<std::string> normalise(std::string_view field, std::string_view text, TextLimits limits) {
  const auto refuse = [&](std::string code, std::string message, std::string next) {
    return invalid(std::string(field), std::move(code), std::move(message), std::string(rule), std::move(next));
  };
  if (text.size() > limits.max_bytes) {
    return refuse("too_long", fmt::format("This is longer than {} bytes.", limits.max_bytes), "Shorten it.");
  }
  bool ascii = true;
  for (std::size_t i = 0; i < text.size();) {
    const UChar32 c = next_code_point(text, i);
    if (c < 0) return refuse("bad_utf8", "This is not valid UTF-8 text.", "Send it again as UTF-8.");
    ascii = ascii && c < 0x80;
    const bool line = c == '\n' || c == '\r';
    if ((line && !limits.several_lines) || (c < 0x20 && !line && c != '\t') || (c >= 0x7F && c < 0xA0)) {
      return refuse("control_character", "This has a control character or a line break where none may be.",
                    "Remove it.");
    }
    if (is_bidi_control(c) || is_noncharacter(c)) {
      return refuse("direction_override", "This has invisible characters that change how the text reads.",
                    "Type the text again without them.");
    }
  }
  std::string result;
  if (ascii) {
    result = trimmed(text);
  } else {
    UErrorCode status = U_ZERO_ERROR;
    const auto* nfc = icu::Normalizer2::getNFCInstance(status);
    icu::StringByteSink<std::string> sink(&result);
    if (U_SUCCESS(status)) nfc->normalizeUTF8(0, icu::StringPiece(trimmed(text)), sink, nullptr, status);
    if (U_FAILURE(status)) return refuse("bad_text", "This text could not be normalised.", "Type it again.");
    if (result.size() > limits.max_bytes) {
      return refuse("too_long", fmt::format("This is longer than {} bytes.", limits.max_bytes), "Shorten it.");
    }
  }
  std::erase(result, '\r');
  return result;
}

}  // namespace remedium::base
