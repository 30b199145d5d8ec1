#include "pages/messages.h"

#include <fmt/format.h>
#include <unicode/coll.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace remedium::pages {

base::Result<Messages> Messages::parse(std::string_view language, std::string_view file) {
  Messages messages;
  messages.language_ = language;
  int number = 0;
  while (!file.empty()) {
    const auto end = file.find('\n');
    const auto line = file.substr(0, end);
    file = end == std::string_view::npos ? std::string_view{} : file.substr(end + 1);
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    const auto equals = line.find(" = ");
    if (equals == std::string_view::npos) {
      return base::invalid("", "bad_message", fmt::format("{}.txt:{} is not 'key = text'.", language, number),
                           "web/README.md", "Correct the line.");
    }
    if (!messages.texts_.emplace(line.substr(0, equals), line.substr(equals + 3)).second) {
      return base::invalid("", "repeated_message", fmt::format("{}.txt:{}: this key stands twice.", language, number),
                           "web/README.md", "Keep one.");
    }
  }
  messages.list_languages();
  return messages;
}

std::string Messages::language_name(std::string_view code) const {
  icu::UnicodeString name;
  icu::Locale(std::string(code).c_str()).getDisplayLanguage(icu::Locale(language_.c_str()), name);
  std::string text;
  name.toUTF8String(text);
  return text.empty() ? std::string(code) : text;
}

void Messages::list_languages() {
  for (const char* const* code = icu::Locale::getISOLanguages(); *code != nullptr; ++code) {
    if (std::string_view(*code).size() != 2) continue;
    if (auto name = language_name(*code); name != *code) languages_.emplace_back(*code, std::move(name));
  }
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::Collator> collator(icu::Collator::createInstance(icu::Locale(language_.c_str()), status));
  if (U_FAILURE(status)) return;  // unsorted, but whole
  std::ranges::stable_sort(languages_, [&](const auto& a, const auto& b) {
    UErrorCode compare_status = U_ZERO_ERROR;
    return collator->compareUTF8(a.second, b.second, compare_status) == UCOL_LESS;
  });
}

const Messages& Messages::of(std::string_view language) {
  static const auto all = [] {
    std::map<std::string, Messages, std::less<>> loaded;
    for (const auto& file : embedded_messages()) {
      const auto name = file.path.substr(0, file.path.find('.'));
      auto messages = parse(name, file.bytes);
      if (!messages) {
        fmt::print(stderr, "remedium: {}\n", messages.error().message);  // built into the program: the build is wrong
        std::abort();
      }
      loaded.emplace(name, std::move(*messages));
    }
    return loaded;
  }();
  const auto found = all.find(language);
  return found == all.end() ? all.at("en") : found->second;
}

std::string_view Messages::operator()(std::string_view key) const {
  const auto found = texts_.find(key);
  return found == texts_.end() ? key : std::string_view(found->second);
}

std::string Messages::operator()(std::string_view key,
                                 std::initializer_list<std::pair<std::string_view, std::string_view>> values) const {
  std::string text((*this)(key));
  for (const auto& [name, value] : values) {
    const auto placeholder = fmt::format("{{{}}}", name);
    for (auto at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at + value.size()))
      text.replace(at, placeholder.size(), value);
  }
  return text;
}

std::string_view Messages::under(std::string_view prefix, std::string_view name) const {
  const auto found = texts_.find(fmt::format("{}.{}", prefix, name));
  return found == texts_.end() ? name : std::string_view(found->second);
}

std::string Messages::day(base::Date date) const {
  const auto parts = date.parts();
  return fmt::format("{} {} {}", parts.day, (*this)(fmt::format("month.{}", parts.month)), parts.year);
}

std::string Messages::moment(base::Instant instant) const {
  return fmt::format("{}, {} UTC", day(instant.utc_date()), instant.str().substr(11, 5));
}

}  // namespace remedium::pages
