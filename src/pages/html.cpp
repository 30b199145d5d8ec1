#include "pages/html.h"

#include <array>
#include <charconv>

namespace remedium::pages {

void append_escaped(std::string& out, std::string_view text) {
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string_view reference;
    switch (text[i]) {
      case '&':
        reference = "&amp;";
        break;
      case '<':
        reference = "&lt;";
        break;
      case '>':
        reference = "&gt;";
        break;
      case '"':
        reference = "&quot;";
        break;
      case '\'':
        reference = "&#39;";
        break;
      default:
        continue;
    }
    out.append(text, from, i - from).append(reference);
    from = i + 1;
  }
  out.append(text, from);
}

std::string_view safe_url(std::string_view url) {
  // "//host" and "/\host" would leave this site under the look of a path.
  const bool path = url.starts_with('/') && !url.starts_with("//") && !url.starts_with("/\\");
  const bool fine = path || url.starts_with('#') || url.starts_with('?') || url.starts_with("https://") ||
                    url.starts_with("tel:") || url.starts_with("mailto:");
  return fine ? url : std::string_view("#");
}

Writer& Writer::attribute(Markup name, std::string_view value) {
  out_.append(" ").append(name.view()).append("=\"");
  append_escaped(out_, value);
  out_.append("\"");
  return *this;
}

Writer& Writer::attributes(const Attributes& attributes) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:";
  for (const auto& [name, value] : attributes) {
    if (name.empty() || name.find_first_not_of(allowed) != std::string::npos) continue;
    out_.append(" ").append(name).append("=\"");
    append_escaped(out_, value);
    out_.append("\"");
  }
  return *this;
}

Writer& Writer::integer(std::int64_t number) {
  std::array<char, 24> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  out_.append(buffer.data(), end);
  return *this;
}

}  // namespace remedium::pages
