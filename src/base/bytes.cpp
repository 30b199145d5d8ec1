#include "base/bytes.h"

#include <array>

namespace remedium::base {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64url_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base32_digits = "0123456789abcdefghjkmnpqrstvwxyz";

std::array<int, 256> reverse_of(std::string_view digits) {
  std::array<int, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < digits.size(); ++i) table[static_cast<unsigned char>(digits[i])] = static_cast<int>(i);
  return table;
}

/// The bits of `bytes`, most significant first, in groups of `width`, each spelt as a digit.
std::string spell(ByteView bytes, std::string_view digits, unsigned width) {
  std::string text;
  text.reserve((bytes.size() * 8 + width - 1) / width);
  std::uint32_t buffer = 0;
  unsigned held = 0;
  for (const std::uint8_t byte : bytes) {
    buffer = (buffer << 8U) | byte;
    held += 8;
    while (held >= width) {
      held -= width;
      text += digits[(buffer >> held) & ((1U << width) - 1U)];
    }
  }
  if (held > 0) text += digits[(buffer << (width - held)) & ((1U << width) - 1U)];
  return text;
}

std::optional<Bytes> unspell(std::string_view text, const std::array<int, 256>& table, unsigned width) {
  Bytes bytes;
  bytes.reserve(text.size() * width / 8);
  std::uint32_t buffer = 0;
  unsigned held = 0;
  for (const char character : text) {
    const int digit = table[static_cast<unsigned char>(character)];
    if (digit < 0) return std::nullopt;
    buffer = (buffer << width) | static_cast<std::uint32_t>(digit);
    held += width;
    if (held >= 8) {
      held -= 8;
      bytes.push_back(static_cast<std::uint8_t>(buffer >> held));
    }
  }
  const bool spare_bits_set = held > 0 && (buffer & ((1U << held) - 1U)) != 0;
  if (held >= width || spare_bits_set) return std::nullopt;
  return bytes;
}

}  // namespace

std::string to_hex(ByteView bytes) {
  return spell(bytes, hex_digits, 4);
}

std::optional<Bytes> from_hex(std::string_view text) {
  static const auto table = reverse_of(hex_digits);
  if (text.size() % 2 != 0) return std::nullopt;
  return unspell(text, table, 4);
}

std::string to_base64url(ByteView bytes) {
  return spell(bytes, base64url_digits, 6);
}

std::optional<Bytes> from_base64url(std::string_view text) {
  static const auto table = reverse_of(base64url_digits);
  return unspell(text, table, 6);
}

std::string to_base64(ByteView bytes) {
  std::string text = spell(bytes, base64_digits, 6);
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  static const auto table = reverse_of(base64_digits);
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return unspell(text, table, 6);
}

std::string to_base32(ByteView bytes) {
  return spell(bytes, base32_digits, 5);
}

std::optional<Bytes> from_base32(std::string_view text) {
  static const auto table = [] {
    auto digits = reverse_of(base32_digits);
    for (char upper = 'A'; upper <= 'Z'; ++upper) {
      digits[static_cast<unsigned char>(upper)] = digits[static_cast<unsigned char>(upper - 'A' + 'a')];
    }
    for (const char zero : {'o', 'O'}) digits[static_cast<unsigned char>(zero)] = 0;
    for (const char one : {'i', 'I', 'l', 'L'}) digits[static_cast<unsigned char>(one)] = 1;
    return digits;
  }();
  std::string bare;
  for (const char character : text) {
    if (character != '-' && character != ' ') bare += character;
  }
  return unspell(bare, table, 5);
}

}  // namespace remedium::base
