// The words of the pages, by language. One flat file a language (`web/messages/en.txt`), compiled into the program: each line
// `key = pattern` in ICU MessageFormat's own writing (`{name}`, `{count, plural, one {# day} other {# days}}`, `{kind, select, …}`).
// Immutable once loaded: any number of threads may read.
#pragma once

#include <atomic>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/date.h"
#include "base/error.h"
#include "base/money.h"
#include "pages/html.h"

namespace remedium::pages {

/// A value put into a pattern. Text arrives as it is; escaping is the writer's work.
struct Argument {
  std::string_view name;
  std::variant<std::string_view, std::int64_t> value;
};

/// A code with its name in a language: a country, a language.
struct Named {
  std::string code;
  std::string name;
};

class Messages {
 public:
  /// Parses a message file; the error names its line. `language` is BCP 47 ("ar").
  [[nodiscard]] static base::Result<Messages> parse(std::string_view language, std::string_view file);
  /// The languages compiled in ("en", "ar"), each loaded once; nullptr for another.
  [[nodiscard]] static const Messages* find(std::string_view language);
  [[nodiscard]] static std::span<const std::string_view> languages();
  /// The best of the compiled languages for an Accept-Language header; English where none fits.
  [[nodiscard]] static const Messages& best(std::string_view accept_language);

  Messages(Messages&&) noexcept;
  Messages& operator=(Messages&&) noexcept;
  ~Messages();

  [[nodiscard]] std::string_view language() const;
  [[nodiscard]] bool right_to_left() const;
  /// The file says `review = needed`: no native speaker has read it yet, and every page says so.
  [[nodiscard]] bool review_needed() const;

  [[nodiscard]] bool has(std::string_view key) const;
  /// The message without arguments. An absent key gives the key itself and is counted in `missing()`.
  [[nodiscard]] std::string_view operator()(std::string_view key) const;
  [[nodiscard]] std::string operator()(std::string_view key, std::initializer_list<Argument> arguments) const;
  /// The message of the first of `keys` that there is; the last one's absence counts.
  [[nodiscard]] std::string_view first(std::initializer_list<std::string_view> keys) const;
  /// `prefix.code`.
  [[nodiscard]] std::string_view code(std::string_view prefix, std::string_view code) const;

  [[nodiscard]] std::string date(base::Date date) const;             ///< "1 May 2024"
  [[nodiscard]] std::string instant(base::Instant instant) const;    ///< "1 May 2024, 10:00 UTC"
  [[nodiscard]] std::string number(std::int64_t number) const;       ///< "1,500"
  [[nodiscard]] std::string money(const base::Money& money) const;   ///< "1,500.00 EUR"
  [[nodiscard]] std::string_view country(std::string_view code) const;  ///< the code where it has no name
  [[nodiscard]] std::string_view language_name(std::string_view code) const;
  [[nodiscard]] std::span<const Named> countries() const;            ///< sorted as the language sorts
  [[nodiscard]] std::span<const Named> language_names() const;

  [[nodiscard]] std::vector<std::string> keys() const;
  /// How often a key was asked for that the file does not have. Tests demand 0.
  [[nodiscard]] std::size_t missing() const;

 private:
  struct Loaded;
  explicit Messages(std::unique_ptr<Loaded> loaded);
  std::unique_ptr<Loaded> loaded_;
};

} // namespace remedium::pages
