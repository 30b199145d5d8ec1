// The words of the pages are whole in every language, and what people type is shown as text.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "casework/act.h"
#include "pages/html.h"
#include "pages/messages.h"

namespace remedium::pages {
namespace {

using namespace literals;

std::set<std::string> keys_of(std::string_view language) {
  std::set<std::string> keys;
  for (const auto& [key, text] : Messages::of(language).all()) keys.insert(key);
  keys.erase("review");  // says that the file is a draft
  return keys;
}

/// The {names} of a text, which a translation must put in as well.
std::multiset<std::string> places_of(std::string_view text) {
  std::multiset<std::string> places;
  for (auto at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    places.emplace(text.substr(at, text.find('}', at) - at + 1));
  }
  return places;
}

TEST(Messages, EveryKeyStandsInEveryLanguage) {
  EXPECT_EQ(keys_of("en"), keys_of("ar"));
}

TEST(Messages, ATranslationPutsInTheSameNames) {
  const auto& arabic = Messages::of("ar");
  for (const auto& [key, text] : Messages::of("en").all()) EXPECT_EQ(places_of(text), places_of(arabic(key))) << key;
}

TEST(Messages, ADraftSaysSo) {
  EXPECT_TRUE(Messages::of("ar").review_needed());
  EXPECT_FALSE(Messages::of("en").review_needed());
}

TEST(Messages, EveryActFieldAndCodeHasALabel) {
  for (const auto language : {"en", "ar"}) {
    const auto& messages = Messages::of(language);
    for (const auto& act : casework::acts()) {
      EXPECT_TRUE(messages.has("act." + std::string(act.resource))) << language << ' ' << act.resource;
      for (const auto& field : act.fields) {
        EXPECT_TRUE(messages.has("field." + std::string(field.name))) << language << ' ' << field.name;
        if (field.codes.size() > 60) continue;  // indicators carry their own words
        for (const auto code : field.codes)
          EXPECT_TRUE(messages.has("code." + std::string(code))) << language << ' ' << code;
      }
    }
    for (const auto code : base::data_class_codes)
      EXPECT_TRUE(messages.has("code." + std::string(code))) << language << ' ' << code;
    for (const auto code : base::component_codes)
      EXPECT_TRUE(messages.has("component." + std::string(code))) << language << ' ' << code;
  }
}

TEST(Messages, AFaultyFileIsRefusedByLine) {
  const auto not_a_pair = Messages::parse("en", "a = b\nnothing\n");
  ASSERT_FALSE(not_a_pair);
  EXPECT_EQ(not_a_pair.error().code, "bad_message");
  EXPECT_NE(not_a_pair.error().message.find("en.txt:2"), std::string::npos);
  EXPECT_EQ(Messages::parse("en", "a = b\na = c\n").error().code, "repeated_message");
}

TEST(Messages, DaysAndLanguagesAreWords) {
  const auto day = *base::Date::parse("2024-05-01");
  EXPECT_EQ(Messages::of("en").day(day), "1 May 2024");
  EXPECT_EQ(Messages::of("ar").day(day), "1 مايو 2024");
  EXPECT_EQ(Messages::of("en").moment(*base::Instant::parse("2024-05-01T10:00:00.000Z")), "1 May 2024, 10:00 UTC");
  EXPECT_EQ(Messages::of("en").language_name("vi"), "Vietnamese");
  EXPECT_EQ(Messages::of("ar").language_name("ar"), "العربية");
  EXPECT_GT(Messages::of("en").languages().size(), 100U);
}

TEST(Html, TextIsEscapedByItsType) {
  const std::string hostile = "<script>&\"'";
  Writer out;
  out << "<p"_html;
  out.attribute("title"_html, hostile) << ">"_html << hostile << "</p>"_html;
  EXPECT_EQ(out.take_string(), "<p title=\"&lt;script&gt;&amp;&quot;&#39;\">&lt;script&gt;&amp;&quot;&#39;</p>");
  EXPECT_EQ(Html(hostile).str(), "&lt;script&gt;&amp;&quot;&#39;");
  Writer bag;
  bag.attributes({{"data-x", hostile}, {"on click=\"", "x"}});
  EXPECT_EQ(bag.take_string(), " data-x=\"&lt;script&gt;&amp;&quot;&#39;\"");
}

TEST(Html, ALinkLeavesThisSiteOnlyInTheOpen) {
  for (const auto* fine : {"/cases", "#id", "?to=ar", "https://example.org/", "tel:112", "mailto:a@example.org"})
    EXPECT_EQ(safe_url(fine), fine);
  for (const auto* unsafe :
       {"javascript:alert(1)", "//example.org", "/\\example.org", "data:text/html,x", "http://example.org", ""})
    EXPECT_EQ(safe_url(unsafe), "#");
}

}  // namespace
}  // namespace remedium::pages
