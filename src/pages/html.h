// HTML that is escaped by type. A string is text and is escaped when it is written; only a literal in the source marked
// `_html`, an `Html`, or what somebody vouched for with `Html::trusted_markup` goes out as it is.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace remedium::pages {

/// Markup known when the program was compiled. Nothing that comes in at run time can become one.
class Markup {
 public:
  consteval Markup(const char* text, std::size_t size) : text_(text, size) {}
  [[nodiscard]] constexpr std::string_view view() const { return text_; }

 private:
  std::string_view text_;
};

inline namespace literals {
[[nodiscard]] consteval Markup operator""_html(const char* text, std::size_t size) {
  return {text, size};
}
}  // namespace literals

/// Appends `text` with & < > " ' as character references: safe in content and between the quotes of an attribute.
void append_escaped(std::string& out, std::string_view text);

/// A piece of HTML. Made from text, it holds that text escaped.
class Html {
 public:
  Html() = default;
  Html(std::string_view text) { append_escaped(markup_, text); }   // NOLINT: text becomes HTML by being escaped, always
  Html(const std::string& text) : Html(std::string_view(text)) {}  // NOLINT
  Html(const char* text) : Html(std::string_view(text)) {}         // NOLINT
  Html(Markup markup) : markup_(markup.view()) {}                  // NOLINT
  /// Takes `markup` as it is. The caller vouches that no part of it came from a person.
  [[nodiscard]] static Html trusted_markup(std::string markup) {
    Html html;
    html.markup_ = std::move(markup);
    return html;
  }
  [[nodiscard]] const std::string& str() const { return markup_; }
  [[nodiscard]] bool empty() const { return markup_.empty(); }

 private:
  friend class Writer;
  std::string markup_;
};

/// `url` where it is a path of this site, a fragment, a query, https, tel or mailto; "#" otherwise, so that no
/// `javascript:` can be written into a link.
[[nodiscard]] std::string_view safe_url(std::string_view url);

/// Further attributes of an element. A name that is not letters, digits, `-`, `_` or `:` is left out.
using Attributes = std::vector<std::pair<std::string, std::string>>;

/// Appends HTML to one string.
class Writer {
 public:
  Writer() { out_.reserve(16U << 10U); }

  Writer& operator<<(Markup markup) {
    out_.append(markup.view());
    return *this;
  }
  Writer& operator<<(const Html& html) {
    out_.append(html.markup_);
    return *this;
  }
  Writer& operator<<(std::string_view text) {
    append_escaped(out_, text);
    return *this;
  }
  Writer& operator<<(const std::string& text) { return *this << std::string_view(text); }
  Writer& operator<<(const char* text) { return *this << std::string_view(text); }
  template <std::integral Integer>
    requires(!std::same_as<Integer, bool> && !std::same_as<Integer, char>)
  Writer& operator<<(Integer number) {
    return integer(static_cast<std::int64_t>(number));
  }

  /// ` name="value"`.
  Writer& attribute(Markup name, std::string_view value);
  /// The same where `value` is not empty.
  Writer& attribute_if(Markup name, std::string_view value) { return value.empty() ? *this : attribute(name, value); }
  Writer& attributes(const Attributes& attributes);

  [[nodiscard]] Html take() { return Html::trusted_markup(std::move(out_)); }
  [[nodiscard]] std::string take_string() { return std::move(out_); }
  [[nodiscard]] std::size_t size() const { return out_.size(); }

 private:
  Writer& integer(std::int64_t number);
  std::string out_;
};

}  // namespace remedium::pages
