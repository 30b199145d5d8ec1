// The words of the pages, by language: `web/messages/<language>.txt`, one `key = text` a line, `{name}` for what is put
// in. Built into the program; immutable, so any number of threads may read.
#pragma once

#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/embedded.h"
#include "base/error.h"

namespace remedium {
[[nodiscard]] std::span<const base::EmbeddedFile> embedded_messages();
[[nodiscard]] std::span<const base::EmbeddedFile> embedded_rights();
[[nodiscard]] std::span<const base::EmbeddedFile> embedded_assets();
}  // namespace remedium

namespace remedium::pages {

class Messages {
 public:
  [[nodiscard]] static base::Result<Messages> parse(std::string_view language, std::string_view file);
  /// "en" or "ar"; English for any other.
  [[nodiscard]] static const Messages& of(std::string_view language);

  [[nodiscard]] std::string_view language() const { return language_; }
  [[nodiscard]] bool right_to_left() const { return language_ == "ar"; }
  [[nodiscard]] bool review_needed() const { return has("review"); }
  [[nodiscard]] bool has(std::string_view key) const { return texts_.contains(key); }
  /// The text; the key itself where there is none, which a test looks for.
  [[nodiscard]] std::string_view operator()(std::string_view key) const;
  [[nodiscard]] std::string operator()(
      std::string_view key, std::initializer_list<std::pair<std::string_view, std::string_view>> values) const;
  [[nodiscard]] std::string_view under(std::string_view prefix, std::string_view name) const;
  /// The name of a BCP 47 language in this one; the code where it has none.
  [[nodiscard]] std::string language_name(std::string_view code) const;
  /// The languages with a two-letter code and a name here, by name: (code, name).
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& languages() const { return languages_; }
  [[nodiscard]] std::string day(base::Date date) const;           ///< "1 May 2024", as the language writes it
  [[nodiscard]] std::string moment(base::Instant instant) const;  ///< "1 May 2024, 10:00 UTC"
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& all() const { return texts_; }

 private:
  void list_languages();
  std::string language_;
  std::vector<std::pair<std::string, std::string>> languages_;
  std::map<std::string, std::string, std::less<>> texts_;
};

}  // namespace remedium::pages
