#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "base/bytes.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/id.h"
#include "base/json.h"
#include "base/money.h"
#include "base/random.h"
#include "base/text.h"

namespace remedium::base {
namespace {

Date day(std::string_view text) {
  return Date::parse(text).value();
}

TEST(Date, ReadsOnlyRealDays) {
  EXPECT_EQ(day("1970-01-01").days_since_epoch(), 0);
  EXPECT_EQ(day("2024-02-29").str(), "2024-02-29");
  for (const auto* text :
       {"2023-02-29", "2024-13-01", "2024-00-10", "2024-1-01", "20240101", "2024-01-01 ", "0000-01-01", ""}) {
    EXPECT_FALSE(Date::parse(text)) << text;
  }
}

struct AddCase {
  const char* start;
  const char* length;
  const char* protective;
  const char* last_of_month;
};
class DateAdd : public testing::TestWithParam<AddCase> {};
TEST_P(DateAdd, HasAStatedRuleForMissingDays) {
  const auto [start, length, protective, last] = GetParam();
  EXPECT_EQ(add(day(start), *parse_length(length)).str(), protective);
  EXPECT_EQ(add(day(start), *parse_length(length), MissingDay::last_of_month).str(), last);
}
INSTANTIATE_TEST_SUITE_P(Boundaries, DateAdd,
                         testing::Values(AddCase{"2024-05-01", "30d", "2024-05-31", "2024-05-31"},
                                         AddCase{"2024-01-31", "1m", "2024-03-01", "2024-02-29"},
                                         AddCase{"2006-02-28", "18y", "2024-02-28", "2024-02-28"},
                                         AddCase{"2008-02-29", "18y", "2026-03-01", "2026-02-28"},
                                         AddCase{"2023-12-31", "2m", "2024-03-01", "2024-02-29"}));

TEST(Instant, RoundTripsThroughItsSpelling) {
  const auto instant = Instant::parse("2024-05-01T10:20:30.405Z");
  ASSERT_TRUE(instant);
  EXPECT_EQ(instant->str(), "2024-05-01T10:20:30.405Z");
  EXPECT_EQ(instant->utc_date().str(), "2024-05-01");
  EXPECT_EQ(Instant{-1}.utc_date().str(), "1969-12-31");
  EXPECT_FALSE(Instant::parse("2024-05-01T24:00:00Z"));
}

TEST(Money, IsExactInEveryMinorUnit) {
  const auto eur = *Currency::parse("EUR");
  const auto jpy = *Currency::parse("JPY");
  const auto kwd = *Currency::parse("KWD");
  EXPECT_EQ(parse_money("1500.5", eur)->minor, 150050);
  EXPECT_EQ(parse_money("1500", jpy)->str(), "1500 JPY");
  EXPECT_EQ(parse_money("0.005", kwd)->str(), "0.005 KWD");
  for (const auto* text : {"", ".", "1.", ".5", "1,5", "1e3", "-1", "1.234", "99999999999999999999"}) {
    EXPECT_FALSE(parse_money(text, eur)) << text;
  }
  EXPECT_FALSE(parse_money("1.5", jpy));
  EXPECT_EQ(add(*parse_money("1", eur), *parse_money("1", jpy)).error().code, "mixed_currencies");
}

TEST(Bytes, SpellingsRoundTrip) {
  SeededRandom random(7);
  for (std::size_t size = 0; size < 40; ++size) {
    Bytes bytes(size);
    random.fill(bytes);
    EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(from_base32(to_base32(bytes)), bytes);
  }
  EXPECT_EQ(from_base32("OIL-0"), from_base32("0110"));
  EXPECT_FALSE(from_base64url("A"));
  EXPECT_FALSE(from_base64url("AB"));
}

TEST(Id, TellsKindsApart) {
  SeededRandom random(1);
  const auto id = CaseId::draw(random);
  EXPECT_EQ(CaseId::parse(id.str()), id);
  EXPECT_FALSE(PersonId::parse(id.str()));
  EXPECT_FALSE(CaseId::parse(id.str() + "0"));
}

TEST(Codes, RoundTrip) {
  EXPECT_EQ(code(*parse_measure("4(d)")), "4(d)");
  EXPECT_FALSE(parse_measure("4(z)"));
  EXPECT_TRUE(is_assigned(*Country::parse("NA")));
  EXPECT_FALSE(is_assigned(*Country::parse("ZZ")));
  EXPECT_EQ(Country::parse("GB")->code(), "GB");
}

TEST(Text, RefusesWhatReadsAsSomethingElse) {
  EXPECT_EQ(*normalise("name", "  Ame\xcc\x81lie "), "Am\xc3\xa9lie");
  const std::pair<std::string, const char*> bad[] = {{std::string("a\0b", 3), "control_character"},
                                                     {"a\nb", "control_character"},
                                                     {"a\xe2\x80\xae"
                                                      "b",
                                                      "direction_override"},
                                                     {"\xc0\xaf", "bad_utf8"},
                                                     {"\xed\xa0\x80", "bad_utf8"},
                                                     {std::string(401, 'x'), "too_long"}};
  for (const auto& [text, code] : bad) EXPECT_EQ(normalise("name", text).error().code, code);
  EXPECT_TRUE(
      normalise("name", "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xb1"));  // a Persian name with its zero-width non-joiner
}

TEST(Json, RefusesWhatTwoReadersReadDifferently) {
  const std::pair<const char*, const char*> bad[] = {{R"({"a":1,"a":2})", "duplicate_key"},
                                                     {"1e999", "number_out_of_range"},
                                                     {"[1,]", "bad_json"},
                                                     {"{} {}", "bad_json"},
                                                     {"{'a':1}", "bad_json"},
                                                     {"", "bad_json"},
                                                     {"\"\xff\"", "bad_json"},
                                                     {"NaN", "bad_json"}};
  for (const auto& [text, code] : bad) EXPECT_EQ(parse_json(text).error().code, code) << text;
  EXPECT_EQ(parse_json(std::string(100, '[') + std::string(100, ']')).error().code, "too_deep");
  EXPECT_EQ(boost::json::serialize(*parse_json(R"( {"a":[1,2,{"a":null}],"b":"\u00e9"} )")),
            "{\"a\":[1,2,{\"a\":null}],\"b\":\"\xc3\xa9\"}");
  EXPECT_EQ(parse_json("123")->as_int64(), 123);
}

TEST(ObjectReader, NamesTheFieldAtFault) {
  const auto value = *parse_json(R"({"name":5,"when":"2024-02-30","extra":1})");
  ObjectReader wrong_type(value, "person");
  (void)wrong_type.text("name");
  EXPECT_EQ(wrong_type.finish().error().field, "person.name");
  ObjectReader bad_date(value, "");
  (void)bad_date.date("when");
  EXPECT_EQ(bad_date.finish().error().code, "bad_date");
  ObjectReader unknown(value, "");
  (void)unknown.any("name");
  (void)unknown.any("when");
  EXPECT_EQ(unknown.finish().error().field, "extra");
}

TEST(JsonWriter, WritesWhatParses) {
  std::string out;
  JsonWriter(out)
      .begin_object()
      .field("a", "q\"\\\n\x01")
      .key("b")
      .begin_array()
      .integer(-5)
      .boolean(true)
      .null()
      .end_array()
      .end_object();
  EXPECT_EQ(out, R"({"a":"q\"\\\n\u0001","b":[-5,true,null]})");
  EXPECT_TRUE(parse_json(out));
}

}  // namespace
}  // namespace remedium::base
