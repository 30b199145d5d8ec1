// The acts of casework as the law reads: given this case, on this day, may this be recorded, and what is then owed?

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/random.h"
#include "casework/chain.h"
#include "casework/codes.h"
#include "casework/decide.h"
#include "casework/indicators.h"

namespace remedium::casework {
namespace {

namespace fs = std::filesystem;
using base::DataClass;
using base::DataClasses;
using base::Date;

std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

const law::LawSet& law_of_gb() {
  static const law::LawSet set = [] {
    const fs::path folder = fs::path(REMEDIUM_SOURCE_DIR) / "law";
    auto schema = law::FactSchema::parse(read(folder / "schema/facts.yaml"), "facts.yaml");
    std::vector<law::PackSource> packs;
    for (const auto* name : {"un", "coe", "gb"})
      packs.push_back({std::string(name) + "/pack.yaml", read(folder / name / "pack.yaml")});
    return std::move(*law::LawSet::compile(*schema, packs, "gb"));
  }();
  return set;
}

Date day(std::string_view text) {
  return Date::parse(text).value();
}

Record record_of(std::string_view resource, std::string_view json) {
  const auto* act = find_act(resource);
  EXPECT_NE(act, nullptr) << resource;
  auto record = parse_record(*act, json);
  EXPECT_TRUE(record) << resource << " " << json << ": "
                      << (record ? ""
                                 : record.error().code + " " + record.error().field + " " + record.error().message);
  return record ? std::move(*record) : Record(*act);
}

/// A case in its making: every act goes through `decide`, as the program's do.
struct Case {
  State state;
  Date today = day("2024-05-10");

  base::Status try_to(std::string_view role, std::string_view resource, std::string_view json) const {
    const auto facts = facts_of(state, law_of_gb().schema());
    std::vector<law::Outcome> outcomes(law_of_gb().entitlements().size());
    law_of_gb().decide(facts, today, outcomes);
    return decide(state, record_of(resource, json),
                  {.today = today, .role = role, .law = &law_of_gb(), .facts = &facts, .outcomes = outcomes});
  }
  void put(std::string_view resource, std::string_view json) {
    apply(state, {.sequence = state.version() + 1,
                  .recorded_at = {std::int64_t{today.days_since_epoch()} * 86'400'000'000},
                  .official = {},
                  .agency = {},
                  .record = record_of(resource, json)});
  }
  Case& done(std::string_view role, std::string_view resource, std::string_view json) {
    const auto status = try_to(role, resource, json);
    EXPECT_TRUE(status) << resource << ": " << (status ? "" : status.error().code + ": " + status.error().message);
    put(resource, json);
    return *this;
  }
  std::string refusal(std::string_view role, std::string_view resource, std::string_view json) const {
    const auto status = try_to(role, resource, json);
    if (status) return "";
    EXPECT_FALSE(status.error().rule.empty() || status.error().next.empty() || status.error().message.empty())
        << status.error().code;
    return status.error().code;
  }
  Chain chain_on(std::string_view on) const {
    const auto facts = facts_of(state, law_of_gb().schema());
    std::vector<law::Outcome> outcomes(law_of_gb().entitlements().size());
    law_of_gb().decide(facts, day(on), outcomes);
    return chain(state, law_of_gb(), outcomes, day(on));
  }
};

constexpr std::string_view adult =
    R"({"received_on":"2024-05-01","age_statement":"adult","language":"vi","name":"A","birth_date":"1995-01-01","consents_to_identification":true})";
constexpr std::string_view silent_adult =
    R"({"received_on":"2024-05-01","age_statement":"adult","language":"vi","birth_date":"1995-01-01"})";
constexpr std::string_view child =
    R"({"received_on":"2024-05-01","age_statement":"child","language":"vi","birth_date":"2010-01-01"})";
constexpr std::string_view not_sure = R"({"received_on":"2024-05-01","age_statement":"not_sure","language":"vi"})";
constexpr std::string_view grounds =
    R"({"stage":"reasonable_grounds","decided_on":"2024-05-02","authority":"SCA","reasons":"indicators"})";
constexpr std::string_view conclusive =
    R"({"stage":"conclusive","decided_on":"2024-05-09","authority":"SCA","reasons":"proved"})";
constexpr std::string_view assessed =
    R"({"assessed_on":"2024-05-03","assessed_by":"panel","factors":["safety"],"outcome":"stay"})";
constexpr std::string_view heard =
    R"({"heard_on":"2024-05-03","how":"directly","heard_by":"advocate","language":"vi","weight":"decisive","why":"clear views"})";
constexpr std::string_view guardian =
    R"({"appointed_on":"2024-05-02","name":"G","kind":"appointed_guardian","conflict_checked":true})";
constexpr std::string_view applied = R"({"applied_on":"2024-05-03","ground":"recovery"})";
constexpr std::string_view granted =
    R"({"outcome":"granted","decided_on":"2024-05-05","authority":"HO","valid_from":"2024-05-05","valid_until":"2024-06-05"})";
constexpr std::string_view period = R"({"started_on":"2024-05-02","authority":"SCA"})";
constexpr std::string_view claim = R"({"scheme":"gb.g.cica","lodged_on":"2024-05-04"})";
constexpr std::string_view award =
    R"({"scheme":"gb.g.cica","decided_on":"2024-05-06","outcome":"awarded","authority":"CICA","amount":{"amount":"1000.00","currency":"GBP"}})";
std::string payment(std::string_view amount, std::string_view currency = "GBP", bool safe = true) {
  return R"({"scheme":"gb.g.cica","paid_on":"2024-05-08","amount":{"amount":")" + std::string(amount) +
         R"(","currency":")" + std::string(currency) + R"("},"safe_channel":)" + (safe ? "true}" : "false}");
}
constexpr std::string_view authority = "competent_authority";
constexpr std::string_view manager = "case_manager";

Case case_of(std::string_view contact) {
  Case one;
  one.done(manager, "first-contacts", contact);
  return one;
}

// --- the table of acts
// ---------------------------------------------------------------------------------------------------------

TEST(Acts, EveryActIsWellDescribed) {
  std::set<std::string_view> resources;
  for (const auto& act : acts()) {
    EXPECT_TRUE(resources.insert(act.resource).second) << act.resource;
    EXPECT_FALSE(act.rule.empty()) << act.resource;
    EXPECT_EQ(act.opens_case, act.resource == "first-contacts");
    std::set<std::string_view> names;
    for (const auto& field : act.fields) {
      EXPECT_TRUE(names.insert(field.name).second) << act.resource << "." << field.name;
      EXPECT_GT(field.max, 0U);
      const bool is_coded = field.type == FieldType::code || field.type == FieldType::code_list;
      EXPECT_EQ(is_coded, !field.codes.empty()) << act.resource << "." << field.name;
      EXPECT_EQ(std::set<std::string_view>(field.codes.begin(), field.codes.end()).size(), field.codes.size())
          << field.name;
    }
  }
  EXPECT_EQ(find_act("no-such-act"), nullptr);
}

TEST(Acts, NoPermitActHasAFieldOfTheAsylumRecord) {
  for (const auto* resource : {"permit-applications", "permit-decisions"}) {
    for (const auto& field : find_act(resource)->fields)
      EXPECT_EQ(field.name.find("asylum"), std::string_view::npos) << field.name;
  }
}

TEST(Acts, IndicatorsAreCodedOnce) {
  EXPECT_EQ(std::set<std::string_view>(indicator_codes().begin(), indicator_codes().end()).size(), 381U);
  EXPECT_EQ(find_indicator("AL-DR-01")->strength, "strong");
  EXPECT_EQ(find_indicator("CASE-3"), nullptr) << "a rule for scoring is no indicator";
}

TEST(Acts, BadInputNamesTheFieldAndWhatItTakes) {
  struct Row {
    std::string_view resource, json, field, code;
  };
  const std::string long_name(500, 'x');
  const std::string too_long =
      R"({"received_on":"2024-05-01","age_statement":"adult","language":"vi","name":")" + long_name + "\"}";
  const Row rows[] = {
      {"first-contacts", R"({"age_statement":"adult","language":"vi"})", "received_on", "missing"},
      {"first-contacts", R"({"received_on":"2024-02-30","age_statement":"adult","language":"vi"})", "received_on",
       "bad_date"},
      {"first-contacts", R"({"received_on":"1899-12-31","age_statement":"adult","language":"vi"})", "received_on",
       "bad_date"},
      {"first-contacts", R"({"received_on":20240501,"age_statement":"adult","language":"vi"})", "received_on",
       "bad_date"},
      {"first-contacts", R"({"received_on":"2024-05-01","age_statement":"old","language":"vi"})", "age_statement",
       "unknown_code"},
      {"first-contacts", R"({"received_on":"2024-05-01","age_statement":"adult","language":"Vietnamese"})", "language",
       "bad_language"},
      {"first-contacts", R"({"received_on":"2024-05-01","age_statement":"adult","language":"vi","shoe_size":40})",
       "shoe_size", "unknown_key"},
      {"first-contacts",
       R"({"received_on":"2024-05-01","age_statement":"adult","language":"vi","nationalities":["ZZ"]})",
       "nationalities", "unknown_country"},
      {"first-contacts", R"({"received_on":"2024-05-01","age_statement":"adult","language":"vi","nationalities":"VN"})",
       "nationalities", "wrong_type"},
      {"first-contacts", R"({"received_on":"2024-05-01","age_statement":"adult","language":"vi","in_territory":"yes"})",
       "in_territory", "wrong_type"},
      {"first-contacts",
       R"({"received_on":"2024-05-01","age_statement":"adult","language":"vi","indicators":["AL-DR-99"]})",
       "indicators", "unknown_code"},
      {"first-contacts", R"({"received_on":"2024-05-01","age_statement":"adult","language":"vi","name":"a\u202eb"})",
       "name", "direction_override"},
      {"first-contacts", too_long, "name", "too_long"},
      {"first-contacts",
       R"({"received_on":"2024-05-01","received_on":"2024-05-01","age_statement":"adult","language":"vi"})",
       "received_on", "duplicate_key"},
      {"first-contacts", "[]", "", "wrong_type"},
      {"payments",
       R"({"scheme":"gb.g.cica","paid_on":"2024-05-08","amount":{"amount":"10.001","currency":"EUR"},"safe_channel":true})",
       "amount", ""},
      {"payments",
       R"({"scheme":"gb.g.cica","paid_on":"2024-05-08","amount":{"amount":"10","currency":"euro"},"safe_channel":true})",
       "amount", "bad_currency"},
      {"payments", R"({"scheme":"gb.g.cica","paid_on":"2024-05-08","amount":"10 EUR","safe_channel":true})", "amount",
       "wrong_type"},
      {"consents",
       R"({"purpose":"assist","decision":"given","given_on":"2024-05-02","data_classes":[],"notice_version":"1","language":"vi","decided_by":"person"})",
       "data_classes", "missing"},
      {"identification-decisions", R"({"stage":"conclusive","decided_on":"2024-05-02","authority":"SCA"})", "reasons",
       "missing"},
      {"identification-decisions",
       R"({"stage":"conclusive","decided_on":"2024-05-02","authority":"SCA","reasons":"  "})", "reasons", "missing"},
  };
  for (const auto& row : rows) {
    const auto record = parse_record(*find_act(row.resource), row.json);
    ASSERT_FALSE(record) << row.json;
    EXPECT_TRUE(record.error().field.starts_with(row.field)) << record.error().field << " for " << row.json;
    EXPECT_TRUE(row.code.empty() || record.error().code == row.code) << record.error().code << " for " << row.json;
    EXPECT_EQ(record.error().kind, base::ErrorKind::invalid_input);
    EXPECT_FALSE(record.error().next.empty());
  }
}

// --- records and snapshots, for any record at all
// ---------------------------------------------------------------------------------

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  Record record() {
    const auto& act = acts()[random_.below(acts().size())];
    Record made(act);
    for (std::size_t i = 0; i < act.fields.size(); ++i) {
      if (act.fields[i].required || random_.below(2) == 0) made[i] = value(act.fields[i]);
    }
    return made;
  }
  StoredAct act(std::uint64_t sequence) {
    return {.sequence = sequence,
            .recorded_at = {static_cast<std::int64_t>(random_.below(2'000'000'000'000'000))},
            .official = base::OfficialId::draw(random_),
            .agency = base::AgencyId::draw(random_),
            .record = record()};
  }
  State state() {
    State made;
    const auto count = random_.below(25);
    for (std::uint64_t i = 1; i <= count; ++i) apply(made, act(i));
    return made;
  }
  std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }

 private:
  std::string words() {
    static constexpr std::string_view some[] = {"Nguyễn Thị", "أمل", "a", "", "line\nline", "\"quoted\" \\ </script>",
                                                "Zoë"};
    return "x" + std::string(some[random_.below(std::size(some))]) + std::to_string(random_.below(1000));
  }
  Value value(const Field& field) {
    switch (field.type) {
      case FieldType::text:
      case FieldType::entitlement: {
        auto one = words();
        std::erase(one, '\n');
        return one;
      }
      case FieldType::long_text:
        return words();
      case FieldType::language:
        return std::string("pt-BR");
      case FieldType::country:
        return std::string("VN");
      case FieldType::country_list:
        return std::vector<std::string>{"NG", "VN"};
      case FieldType::code:
        return std::string(field.codes[random_.below(field.codes.size())]);
      case FieldType::code_list: {
        std::set<std::string> some;
        for (auto left = 1 + random_.below(5); left > 0; --left)
          some.insert(std::string(field.codes[random_.below(field.codes.size())]));
        return std::vector<std::string>(some.begin(), some.end());
      }
      case FieldType::date:
        return Date(static_cast<std::int32_t>(random_.below(40'000)) - 20'000);
      case FieldType::boolean:
        return random_.below(2) == 0;
      case FieldType::integer:
        return static_cast<std::int64_t>(random_.below(field.max + 1));
      case FieldType::money:
        return base::Money{static_cast<std::int64_t>(random_.below(1'000'000'000)),
                           *base::Currency::parse(random_.below(2) == 0 ? "EUR" : "JPY")};
    }
    return {};
  }
  base::SeededRandom random_;
};

std::vector<DataClass> every_class() {
  std::vector<DataClass> all;
  for (std::size_t i = 0; i < base::data_class_codes.size(); ++i) all.push_back(static_cast<DataClass>(i));
  return all;
}

TEST(Records, GoThroughJsonAndBytesUnchanged) {
  Maker maker(41);
  for (int i = 0; i < 3000; ++i) {
    const auto record = maker.record();
    const auto json = to_json(record, DataClasses::all());
    const auto parsed = parse_record(record.act(), json);
    ASSERT_TRUE(parsed) << json << parsed.error().field << parsed.error().message;
    EXPECT_EQ(to_json(*parsed, DataClasses::all()), json);
    Record decoded(record.act());
    for (const auto one : every_class()) {
      const auto bytes = encode_class(record, one);
      EXPECT_EQ(bytes.empty(), to_json(record, {one}) == "{}") << code(one);
      ASSERT_TRUE(decode_class(decoded, one, bytes));
    }
    EXPECT_EQ(to_json(decoded, DataClasses::all()), json);
  }
}

TEST(Records, ABrokenRecordIsCorruptAndNeverACrash) {
  Maker maker(42);
  for (int i = 0; i < 500; ++i) {
    const auto record = maker.record();
    for (const auto one : every_class()) {
      const auto bytes = encode_class(record, one);
      for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        Record into(record.act());
        (void)decode_class(into, one, base::ByteView(bytes).first(cut));
        auto flipped = bytes;
        flipped[cut] ^= static_cast<std::uint8_t>(1U << maker.below(8));
        (void)decode_class(into, one, flipped);
      }
      if (bytes.empty()) continue;
      auto newer = bytes;
      newer[0] = 2;
      Record into(record.act());
      const auto status = decode_class(into, one, newer);
      ASSERT_FALSE(status);
      EXPECT_EQ(status.error().kind, base::ErrorKind::corrupt);
      const auto other = one == DataClass::legal ? DataClass::identity : DataClass::legal;
      EXPECT_FALSE(decode_class(into, other, bytes)) << "a field under another class's key";
    }
  }
}

TEST(Records, AStoredValueOfAnotherTypeThanItsFieldIsCorrupt) {
  const auto* act = find_act("case-closures");
  Record into(*act);
  const base::Bytes text_for_a_day = {1, 0, 1, 1, 'x'};
  ASSERT_EQ(act->fields[0].type, FieldType::date);
  EXPECT_FALSE(decode_class(into, act->fields[0].data_class, text_for_a_day));
}

std::string picture(const State& state, DataClasses classes) {
  std::string out;
  for (const auto& act : state.acts) {
    out += std::to_string(act.sequence) + " " + std::string(act.record.act().resource) + " " + act.recorded_at.str() +
           act.official.str() + act.agency.str() + to_json(act.record, classes) + "\n";
  }
  return out;
}

std::string conclusions(const State& state) {
  std::string out = state.stage + (state.closed ? " closed" : "") + (state.erased ? " erased" : "");
  for (const auto& consent : state.consents) {
    out += "\n" + consent.purpose + " " + consent.recipient + " " + std::to_string(consent.classes.bits()) +
           consent.given_on.str() + (consent.valid_until ? consent.valid_until->str() : "-") +
           (consent.ended_on ? consent.ended_on->str() : "-") + (consent.by_guardian ? "g" : "p");
  }
  return out;
}

base::Result<State> through_snapshot(const State& state, DataClasses classes) {
  const auto header = encode_header(state);
  std::vector<base::Bytes> bytes;
  std::vector<SnapshotPart> parts;
  for (const auto one : every_class()) bytes.push_back(encode_snapshot_class(state, one));
  for (const auto one : every_class()) {
    if (classes.has(one)) parts.push_back({one, bytes[static_cast<std::size_t>(one)]});
  }
  return decode_snapshot(header, parts);
}

TEST(Snapshots, AreTheFoldOfTheEvents) {
  Maker maker(43);
  for (int i = 0; i < 400; ++i) {
    auto state = maker.state();
    auto again = through_snapshot(state, DataClasses::all());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(picture(*again, DataClasses::all()), picture(state, DataClasses::all()));
    EXPECT_EQ(conclusions(*again), conclusions(state));
    EXPECT_TRUE(facts_of(*again, law_of_gb().schema()) == facts_of(state, law_of_gb().schema()));
    // And what comes after goes on from either alike.
    const auto next = maker.act(state.version() + 1);
    apply(state, next);
    apply(*again, next);
    EXPECT_EQ(conclusions(*again), conclusions(state));
  }
}

TEST(Snapshots, WhatIsOutsideTheMaskIsAbsent) {
  Maker maker(44);
  for (int i = 0; i < 300; ++i) {
    const auto state = maker.state();
    const auto classes = DataClasses::from_bits(static_cast<unsigned>(maker.below(512)));
    const auto seen = through_snapshot(state, classes);
    ASSERT_TRUE(seen);
    EXPECT_EQ(picture(*seen, DataClasses::all()), picture(state, classes));
  }
}

TEST(Snapshots, ACutOrChangedSnapshotIsNeverACrash) {
  Maker maker(45);
  for (int i = 0; i < 20; ++i) {
    const auto state = maker.state();
    const auto header = encode_header(state);
    const auto legal = encode_snapshot_class(state, DataClass::legal);
    const SnapshotPart whole[] = {{DataClass::legal, legal}};
    for (std::size_t cut = 0; cut < header.size(); cut += 3) {
      EXPECT_FALSE(decode_snapshot(base::ByteView(header).first(cut), whole)) << cut;
    }
    for (std::size_t cut = 0; cut < legal.size(); ++cut) {
      auto flipped = legal;
      flipped[cut] ^= static_cast<std::uint8_t>(1U << maker.below(8));
      const SnapshotPart changed[] = {{DataClass::legal, flipped}};
      (void)decode_snapshot(header, changed);
      const SnapshotPart shorter[] = {{DataClass::legal, base::ByteView(legal).first(cut)}};
      (void)decode_snapshot(header, shorter);
    }
  }
}

// --- days
// -------------------------------------------------------------------------------------------------------------------------

TEST(Days, ImpossibleOnesAreRefused) {
  const auto one = case_of(adult);
  EXPECT_EQ(Case{}.refusal(
                manager, "first-contacts",
                R"({"received_on":"2024-05-01","age_statement":"adult","language":"vi","birth_date":"2024-05-02"})"),
            "facts_contradict");
  EXPECT_EQ(Case{}.refusal(
                manager, "first-contacts",
                R"({"received_on":"2024-05-01","age_statement":"adult","language":"vi","birth_date":"2006-05-02"})"),
            "facts_contradict");
  EXPECT_EQ(Case{}.refusal(
                manager, "first-contacts",
                R"({"received_on":"2024-05-01","age_statement":"adult","language":"vi","birth_date":"2006-05-01"})"),
            "")
      << "18 today";
  EXPECT_EQ(Case{}.refusal(manager, "first-contacts",
                           R"({"received_on":"2024-05-11","age_statement":"adult","language":"vi"})"),
            "day_in_future");
  EXPECT_EQ(
      one.refusal(
          manager, "information-deliveries",
          R"({"given_on":"2024-05-11","notice_version":"1","language":"vi","understanding_checked":"teach_back"})"),
      "day_in_future");
  EXPECT_EQ(
      one.refusal(
          manager, "information-deliveries",
          R"({"given_on":"2024-04-30","notice_version":"1","language":"vi","understanding_checked":"teach_back"})"),
      "before_first_contact");
  EXPECT_EQ(one.refusal(
                manager, "lawyers",
                R"({"appointed_on":"2024-05-05","name":"L","first_meeting_on":"2024-05-04","conflict_checked":true})"),
            "end_before_start");
  EXPECT_EQ(
      one.refusal(manager, "assignments",
                  R"({"official":"o","role":"case_manager","assigned_from":"2024-05-05","assigned_to":"2024-05-04"})"),
      "end_before_start");
  EXPECT_EQ(one.refusal(manager, "first-contacts", adult), "already_open");
  EXPECT_EQ(Case{}.refusal(manager, "claims", claim), "not_open");
}

TEST(Days, TheEighteenthBirthdayEndsChildhoodAnd29FebruaryIsProtective) {
  Case leap;
  leap.today = day("2026-02-28");
  leap.done(manager, "first-contacts", R"({"received_on":"2024-05-01","age_statement":"adult","language":"vi"})");
  leap.done(manager, "facts",
            R"({"fact":"person.birth_date","value":"2008-02-29","source":"document","learned_on":"2024-05-02"})");
  EXPECT_TRUE(leap.state.may_be_child(day("2026-02-28")));
  EXPECT_FALSE(leap.state.may_be_child(day("2026-03-01")));
  EXPECT_TRUE(case_of(not_sure).state.may_be_child(day("2060-01-01")))
      << "not sure of age is a child until it is settled";
}

// --- safe contact
// ---------------------------------------------------------------------------------------------------------------

TEST(SafeContact, TheSafeChannelIsNeverOneNeverToUse) {
  EXPECT_EQ(
      Case{}.refusal(
          manager, "first-contacts",
          R"({"received_on":"2024-05-01","age_statement":"adult","language":"vi","safe_contact_channel":"phone","never_contact_by":["phone"]})"),
      "unsafe_channel");
  EXPECT_EQ(Case{}.refusal(
                manager, "first-contacts",
                R"({"received_on":"2024-05-01","age_statement":"adult","language":"vi","interpreter_needed":true})"),
            "missing");
}

// --- 4(b) identification and consent
// ------------------------------------------------------------------------------------------------

TEST(Identification, IsDecidedByTheAuthorityWithConsentInOrderWithReasons) {
  const auto open = case_of(adult);
  EXPECT_EQ(open.refusal(manager, "identification-decisions", grounds), "not_the_authority");
  EXPECT_EQ(case_of(silent_adult).refusal(authority, "identification-decisions", grounds), "no_consent");
  EXPECT_EQ(open.refusal(authority, "identification-decisions", grounds), "");
  EXPECT_EQ(open.refusal(authority, "identification-decisions", conclusive), "stage_order");
  EXPECT_EQ(open.refusal(authority, "identification-decisions",
                         R"({"stage":"negative","decided_on":"2024-05-09","authority":"SCA","reasons":"r"})"),
            "review_needed");
  EXPECT_EQ(
      open.refusal(
          authority, "identification-decisions",
          R"({"stage":"negative","decided_on":"2024-05-09","authority":"SCA","reasons":"r","review_until":"2024-05-08"})"),
      "end_before_start");
  auto decided = open;
  decided.done(authority, "identification-decisions", grounds);
  EXPECT_EQ(decided.state.stage, "reasonable_grounds");
  EXPECT_EQ(decided.refusal(authority, "identification-decisions", grounds), "already_decided");
  EXPECT_EQ(decided.refusal(authority, "identification-decisions",
                            R"({"stage":"conclusive","decided_on":"2024-05-01","authority":"SCA","reasons":"r"})"),
            "facts_contradict");
  decided.done(authority, "identification-decisions", conclusive);
  EXPECT_EQ(decided.state.stage, "conclusive");
  EXPECT_EQ(
      decided.refusal(
          authority, "identification-decisions",
          R"({"stage":"negative","decided_on":"2024-05-10","authority":"SCA","reasons":"r","review_until":"2024-06-10"})"),
      "already_decided");
}

TEST(Identification, OfAChildNeedsBestInterestsAndViewsFirst) {
  for (const auto contact : {child, not_sure}) {
    auto one = case_of(contact);
    one.done(authority, "identification-decisions", grounds);
    EXPECT_EQ(one.refusal(authority, "identification-decisions", conclusive), "best_interests_missing");
    one.done(manager, "best-interests-assessments", assessed);
    EXPECT_EQ(one.refusal(authority, "identification-decisions", conclusive), "child_not_heard");
    one.done(manager, "views-heard", heard);
    EXPECT_EQ(one.refusal(authority, "identification-decisions", conclusive), "");
  }
}

TEST(Identification, OnlyAnAdultCanRefuseItAndThenTheCaseIsErased) {
  constexpr std::string_view refuses = R"({"refused_on":"2024-05-02","confirmed_with_person":true})";
  EXPECT_EQ(case_of(child).refusal(manager, "identification-refusals", refuses), "adults_only");
  EXPECT_EQ(case_of(not_sure).refusal(manager, "identification-refusals", refuses), "adults_only");
  EXPECT_EQ(case_of(adult).refusal(manager, "identification-refusals",
                                   R"({"refused_on":"2024-05-02","confirmed_with_person":false})"),
            "not_confirmed");
  auto one = case_of(adult);
  one.done(manager, "identification-refusals", refuses);
  EXPECT_TRUE(one.state.erased);
  EXPECT_EQ(one.refusal(manager, "claims", claim), "erased");
}

std::string consent(std::string_view decided_by, std::string_view more = "", std::string_view decision = "given",
                    std::string_view given_on = "2024-05-02") {
  return R"({"purpose":"assist","recipient":"agency_1","decision":")" + std::string(decision) + R"(","given_on":")" +
         std::string(given_on) +
         R"(","data_classes":["identity","legal"],"notice_version":"gb/1","language":"vi","decided_by":")" +
         std::string(decided_by) + "\"" + std::string(more) + "}";
}
constexpr std::string_view referral =
    R"({"referred_on":"2024-05-03","recipient":"agency_1","purpose":"assist","data_classes":["identity"],"basis":"consent"})";

TEST(Consent, OfAnAdultIsTheirsOfAChildTheGuardiansWithTheChildsView) {
  EXPECT_EQ(case_of(adult).refusal(manager, "consents", consent("person")), "");
  EXPECT_EQ(case_of(adult).refusal(manager, "consents", consent("guardian")), "adult_decides");
  EXPECT_EQ(case_of(adult).refusal(manager, "consents", consent("person", R"(,"valid_until":"2024-05-01")")),
            "end_before_start");
  auto one = case_of(child);
  EXPECT_EQ(one.refusal(manager, "consents", consent("person")), "guardian_needed");
  EXPECT_EQ(one.refusal(manager, "consents", consent("guardian")), "child_view_needed");
  EXPECT_EQ(one.refusal(manager, "consents", consent("guardian", R"(,"child_view":"not_asked")")), "reasons_needed");
  EXPECT_EQ(one.refusal(manager, "consents", consent("guardian", R"(,"child_view":"agrees")")), "no_guardian");
  one.done(manager, "guardians", guardian);
  EXPECT_EQ(one.refusal(manager, "consents", consent("guardian", R"(,"child_view":"disagrees")")), "");
  EXPECT_EQ(case_of(adult).refusal(manager, "guardians", guardian), "not_a_child");
}

TEST(Consent, OpensAReferralAndOnlyThatOne) {
  auto one = case_of(adult);
  EXPECT_EQ(one.refusal(manager, "referrals", referral), "no_consent");
  one.done(manager, "consents", consent("person", R"(,"valid_until":"2024-05-10")"));
  EXPECT_EQ(one.refusal(manager, "referrals", referral), "") << "its last day is inside";
  EXPECT_EQ(
      one.refusal(
          manager, "referrals",
          R"({"referred_on":"2024-05-03","recipient":"agency_2","purpose":"assist","data_classes":["identity"],"basis":"consent"})"),
      "no_consent");
  EXPECT_EQ(
      one.refusal(
          manager, "referrals",
          R"({"referred_on":"2024-05-03","recipient":"agency_1","purpose":"investigate","data_classes":["identity"],"basis":"consent"})"),
      "no_consent");
  EXPECT_EQ(
      one.refusal(
          manager, "referrals",
          R"({"referred_on":"2024-05-03","recipient":"agency_1","purpose":"assist","data_classes":["identity","health"],"basis":"consent"})"),
      "no_consent");
  EXPECT_EQ(
      one.refusal(
          manager, "referrals",
          R"({"referred_on":"2024-05-03","recipient":"agency_1","purpose":"assist","data_classes":["privileged"],"basis":"legal_duty","legal_duty":"x"})"),
      "privileged");
  EXPECT_EQ(
      one.refusal(
          manager, "referrals",
          R"({"referred_on":"2024-05-03","recipient":"agency_2","purpose":"protect","data_classes":["identity"],"basis":"legal_duty"})"),
      "duty_needed");
  EXPECT_EQ(
      one.refusal(
          manager, "referrals",
          R"({"referred_on":"2024-05-03","recipient":"agency_2","purpose":"protect","data_classes":["identity"],"basis":"legal_duty","legal_duty":"s.52"})"),
      "");
  one.today = day("2024-05-11");
  EXPECT_EQ(one.refusal(manager, "referrals", referral), "no_consent") << "the day after it ran out";
}

TEST(Consent, EndsWhenWithdrawnOrWhenALaterAnswerIsNo) {
  auto withdrawn = case_of(adult);
  withdrawn.done(manager, "consents", consent("person"));
  const std::string_view withdrawal = R"({"purpose":"assist","withdrawn_on":"2024-05-03"})";
  withdrawn.done(manager, "consent-withdrawals", withdrawal);
  EXPECT_EQ(withdrawn.refusal(manager, "referrals", referral), "no_consent");
  withdrawn.done(manager, "consent-withdrawals", withdrawal);  // twice is once
  EXPECT_EQ(withdrawn.state.consents.size(), 1U);
  auto refused = case_of(adult);
  refused.done(manager, "consents", consent("person"));
  refused.done(manager, "consents", consent("person", "", "refused", "2024-05-04"));
  EXPECT_EQ(refused.refusal(manager, "referrals", referral), "no_consent");
  refused.done(manager, "consents", consent("person", "", "given", "2024-05-05"));
  EXPECT_EQ(refused.refusal(manager, "referrals", referral), "");
}

TEST(Consent, CanBeWithdrawnFromAClosedCaseAndNothingElseRecorded) {
  auto one = case_of(adult);
  one.done(manager, "consents", consent("person"));
  one.done(manager, "case-closures", R"({"closed_on":"2024-05-05","reason":"person_left"})");
  EXPECT_EQ(one.refusal(manager, "claims", claim), "closed");
  one.done(manager, "consent-withdrawals", R"({"purpose":"assist","withdrawn_on":"2024-05-06"})");
  EXPECT_TRUE(one.state.consents.front().ended_on);
}

// --- 4(d)
// ---------------------------------------------------------------------------------------------------------------------------

std::string end_on(std::string_view ground, std::string_view notified = "2024-05-09") {
  return R"({"ground":")" + std::string(ground) +
         R"(","decided_on":"2024-05-08","decided_by":"SCA","reasons":"r","notified_on":")" + std::string(notified) +
         "\"}";
}

TEST(Recovery, BeginsByLawAndEndsEarlyOnlyOnAListedGroundWithNotice) {
  auto one = case_of(adult);
  EXPECT_EQ(one.refusal(manager, "recovery-periods", period), "not_entitled") << "no reasonable grounds yet";
  one.done(authority, "identification-decisions", grounds);
  EXPECT_EQ(one.refusal(authority, "recovery-period-ends", end_on("public-order")), "not_running");
  one.done(manager, "recovery-periods", period);
  EXPECT_EQ(one.refusal(manager, "recovery-periods", period), "already_running");
  EXPECT_EQ(one.refusal(authority, "recovery-period-ends", end_on("does-not-cooperate")), "ground_not_listed");
  EXPECT_EQ(one.refusal(manager, "recovery-period-ends", end_on("public-order")), "not_the_authority");
  EXPECT_EQ(one.refusal(authority, "recovery-period-ends", end_on("public-order", "2024-05-07")), "end_before_start");
  EXPECT_EQ(one.refusal(authority, "recovery-period-ends", end_on("public-order")), "");
  auto young = case_of(child);
  young.done(authority, "identification-decisions", grounds).done(manager, "recovery-periods", period);
  EXPECT_EQ(young.refusal(authority, "recovery-period-ends", end_on("public-order")), "best_interests_missing");
}

// --- 4(h)
// ---------------------------------------------------------------------------------------------------------------------------

TEST(Residence, IsDecidedOnAnApplicationByTheAuthorityWithReasonsAndReview) {
  auto one = case_of(adult);
  EXPECT_EQ(one.refusal(authority, "permit-decisions", granted), "no_application");
  one.done(manager, "permit-applications", applied);
  EXPECT_EQ(one.refusal(manager, "permit-decisions", granted), "not_the_authority");
  EXPECT_EQ(
      one.refusal(authority, "permit-decisions", R"({"outcome":"refused","decided_on":"2024-05-05","authority":"HO"})"),
      "reasons_needed");
  EXPECT_EQ(one.refusal(authority, "permit-decisions",
                        R"({"outcome":"refused","decided_on":"2024-05-05","authority":"HO","reasons":"r"})"),
            "review_needed");
  EXPECT_EQ(
      one.refusal(authority, "permit-decisions", R"({"outcome":"granted","decided_on":"2024-05-05","authority":"HO"})"),
      "validity_needed");
  EXPECT_EQ(
      one.refusal(
          authority, "permit-decisions",
          R"({"outcome":"granted","decided_on":"2024-05-05","authority":"HO","valid_from":"2024-06-05","valid_until":"2024-05-05"})"),
      "end_before_start");
  one.done(authority, "permit-decisions", granted);
  EXPECT_EQ(one.refusal(authority, "permit-decisions", granted), "already_decided");
  auto young = case_of(child);
  young.done(manager, "permit-applications", applied);
  EXPECT_EQ(young.refusal(authority, "permit-decisions", granted), "best_interests_missing");
}

/// What every act of the case would be answered, with one more fact on record.
std::string answers_with(Case one, std::string_view fact, std::string_view value,
                         std::initializer_list<std::string_view> only) {
  if (!fact.empty())
    one.put("facts", R"({"fact":")" + std::string(fact) + R"(","value":")" + std::string(value) +
                         R"(","source":"person","learned_on":"2024-05-02"})");
  const std::pair<std::string_view, std::string> tries[] = {
      {"permit-applications", std::string(applied)},
      {"permit-decisions", std::string(granted)},
      {"identification-decisions", std::string(grounds)},
      {"recovery-periods", std::string(period)},
      {"recovery-period-ends", end_on("public-order")},
      {"claims", std::string(claim)},
      {"consents", consent("person")},
      {"referrals", std::string(referral)},
      {"awards", std::string(award)},
      {"case-closures", R"({"closed_on":"2024-05-09","reason":"transferred"})"}};
  std::string out;
  for (const auto& [resource, json] : tries) {
    if (only.size() == 0 || std::ranges::find(only, resource) != only.end())
      out += std::string(resource) + "=" + one.refusal(authority, resource, json) + ";";
  }
  return out;
}

std::vector<Case> stages_of_a_case() {
  std::vector<Case> all;
  auto one = case_of(adult);
  all.push_back(one);
  all.push_back(one.done(authority, "identification-decisions", grounds));
  all.push_back(one.done(manager, "permit-applications", applied));
  all.push_back(one.done(manager, "recovery-periods", period));
  all.push_back(case_of(child));
  return all;
}

TEST(Residence, NoPermitStepReadsTheAsylumRecord) {
  for (const auto& one : stages_of_a_case()) {
    const auto unsaid = answers_with(one, "", "", {"permit-applications", "permit-decisions"});
    for (const auto* value : {"true", "false"})
      EXPECT_EQ(answers_with(one, "asylum.applied", value, {"permit-applications", "permit-decisions"}), unsaid);
  }
}

TEST(Measure3, NothingIsConditionalOnCooperation) {
  for (const auto& one : stages_of_a_case()) {
    const auto unsaid = answers_with(one, "", "", {});
    for (const auto* value : {"cooperates", "undecided", "declines", "unable"})
      EXPECT_EQ(answers_with(one, "cooperation.status", value, {}), unsaid) << value;
  }
}

TEST(Facts, AnswerWhatIsMissingAndNothingThatAnActOwns) {
  const auto one = case_of(adult);
  const auto answer = [](std::string_view fact, std::string_view value) {
    return R"({"fact":")" + std::string(fact) + R"(","value":")" + std::string(value) +
           R"(","source":"person","learned_on":"2024-05-02"})";
  };
  EXPECT_EQ(one.refusal(manager, "facts", answer("identification.stage", "conclusive")), "owned_fact");
  EXPECT_EQ(one.refusal(manager, "facts", answer("identification.conclusive_on", "2024-05-02")), "owned_fact");
  EXPECT_EQ(one.refusal(authority, "facts", answer("asylum.applied", "true")), "asylum_firewall");
  EXPECT_EQ(one.refusal(manager, "facts", answer("asylum.applied", "true")), "");
  EXPECT_EQ(one.refusal(manager, "facts", answer("no.such_fact", "true")), "unknown_fact");
  EXPECT_NE(one.refusal(manager, "facts", answer("asylum.applied", "perhaps")), "");
  EXPECT_EQ(one.refusal(manager, "facts", answer("person.birth_date", "2024-05-09")), "facts_contradict");
}

TEST(Facts, AreReplayedAsTheyWereKnownOnADay) {
  Case one;
  one.today = day("2024-05-01");
  one.done(manager, "first-contacts", silent_adult);
  one.today = day("2024-05-04");
  one.done(manager, "facts",
           R"({"fact":"consent.identification","value":"true","source":"person","learned_on":"2024-05-04"})");
  const auto id = law_of_gb().schema().find("consent.identification").value();
  EXPECT_FALSE(facts_of(one.state, law_of_gb().schema(), day("2024-05-03")).known(id));
  EXPECT_TRUE(facts_of(one.state, law_of_gb().schema(), day("2024-05-04")).known(id));
  EXPECT_TRUE(facts_of(one.state, law_of_gb().schema()).known(id));
}

// --- 4(g), 4(j)
// ---------------------------------------------------------------------------------------------------------------------

TEST(Compensation, EveryUnitIsAccountedFor) {
  auto one = case_of(adult);
  EXPECT_EQ(one.refusal(manager, "claims", R"({"scheme":"gb.d.recovery-period","lodged_on":"2024-05-04"})"),
            "unknown_scheme");
  EXPECT_EQ(one.refusal(manager, "awards", award), "no_claim");
  one.done(manager, "claims", claim);
  EXPECT_EQ(one.refusal(manager, "payments", payment("1.00")), "no_award");
  EXPECT_EQ(one.refusal(manager, "awards",
                        R"({"scheme":"gb.g.cica","decided_on":"2024-05-06","outcome":"awarded","authority":"CICA"})"),
            "amount_needed");
  EXPECT_EQ(one.refusal(manager, "awards",
                        R"({"scheme":"gb.g.cica","decided_on":"2024-05-06","outcome":"refused","authority":"CICA"})"),
            "reasons_needed");
  EXPECT_EQ(
      one.refusal(
          manager, "awards",
          R"({"scheme":"gb.g.cica","decided_on":"2024-05-06","outcome":"awarded","authority":"CICA","amount":{"amount":"0.00","currency":"GBP"}})"),
      "bad_amount");
  one.done(manager, "awards", award);
  EXPECT_EQ(one.refusal(manager, "payments", payment("10.00", "GBP", false)), "unsafe_channel");
  EXPECT_EQ(one.refusal(manager, "payments", payment("0.00")), "bad_amount");
  EXPECT_NE(one.refusal(manager, "payments", payment("10.00", "EUR")), "") << "no rate of exchange is known here";
  EXPECT_EQ(one.refusal(manager, "payments", payment("1000.01")), "more_than_awarded");
  one.done(manager, "payments", payment("600.00"));
  EXPECT_EQ(one.refusal(manager, "payments", payment("400.01")), "more_than_awarded");
  EXPECT_EQ(
      one.refusal(
          manager, "awards",
          R"({"scheme":"gb.g.cica","decided_on":"2024-05-09","outcome":"awarded","authority":"CICA","amount":{"amount":"599.99","currency":"GBP"}})"),
      "less_than_paid");
  EXPECT_EQ(
      one.refusal(
          manager, "awards",
          R"({"scheme":"gb.g.cica","decided_on":"2024-05-09","outcome":"refused","authority":"CICA","reasons":"r"})"),
      "already_paid");
  EXPECT_EQ(one.refusal(manager, "payments", payment("400.00")), "");
}

// --- the chain
// ------------------------------------------------------------------------------------------------------------------------

const Link* link_of(const Chain& chain, std::string_view id) {
  for (const auto& link : chain.links) {
    if (law_of_gb().entitlements()[link.entitlement].id == id) return &link;
  }
  return nullptr;
}

void expect_sums(const Chain& chain) {
  Gap measures;
  Gap components;
  const auto add = [](Gap& sum, const Gap& gap) {
    sum.owed += gap.owed;
    sum.delivered += gap.delivered;
    sum.late += gap.late;
    sum.unknown += gap.unknown;
  };
  for (const auto& gap : chain.by_measure) add(measures, gap);
  for (const auto& gap : chain.by_component) add(components, gap);
  for (const auto* sum : {&measures, &components}) {
    EXPECT_EQ(sum->owed, chain.gap.owed);
    EXPECT_EQ(sum->delivered, chain.gap.delivered);
    EXPECT_EQ(sum->late, chain.gap.late);
    EXPECT_EQ(sum->unknown, chain.gap.unknown);
  }
  EXPECT_GE(chain.gap.open(), 0);
  EXPECT_LE(chain.gap.late, chain.gap.open());
  for (const auto& link : chain.links) {
    if (link.counts) {
      EXPECT_EQ(law_of_gb().entitlements()[link.entitlement].force, law::Force::must)
          << "what a State may do is never owed";
      EXPECT_EQ(link.outcome.entitled, law::Truth::yes);
    }
  }
}

TEST(TheChain, TheRecoveryPeriodIsOwedFromReasonableGroundsAndDeliveredWhenItBegins) {
  auto one = case_of(adult);
  EXPECT_FALSE(link_of(one.chain_on("2024-05-10"), "gb.d.recovery-period")->counts);
  one.done(authority, "identification-decisions", grounds);
  const auto before = one.chain_on("2024-05-10");
  const auto* owed = link_of(before, "gb.d.recovery-period");
  ASSERT_TRUE(owed->counts);
  EXPECT_EQ(owed->progress, Progress::late) << "due on the day of the decision";
  one.done(manager, "recovery-periods", period);
  const auto after = one.chain_on("2024-05-10");
  const auto* given = link_of(after, "gb.d.recovery-period");
  EXPECT_EQ(given->progress, Progress::delivered);
  EXPECT_EQ(given->delivered_on, day("2024-05-02"));
  EXPECT_EQ(given->delivered_by, 3U);
  EXPECT_EQ(after.gap.delivered, before.gap.delivered + 1);
  EXPECT_EQ(after.gap.open(), before.gap.open() - 1);
  EXPECT_FALSE(given->baseline.empty()) << "it carries out a baseline entitlement";
  EXPECT_EQ(link_of(after, "coe.d.recovery-period"), nullptr) << "which is shown under it, not counted twice";
}

TEST(TheChain, AStepRecordedForAnEntitlementAlwaysCounts) {
  for (const auto& [outcome, progress] :
       std::initializer_list<std::pair<std::string, Progress>>{{"delivered", Progress::delivered},
                                                               {"declined_by_person", Progress::declined},
                                                               {"refused", Progress::refused},
                                                               {"failed", Progress::failed}}) {
    auto one = case_of(adult);
    one.done(manager, "steps",
             R"({"entitlement":"gb.g.cica","outcome":")" + outcome + R"(","done_on":"2024-05-05","reasons":"r"})");
    EXPECT_EQ(link_of(one.chain_on("2024-05-10"), "gb.g.cica")->progress, progress) << outcome;
  }
  EXPECT_EQ(case_of(adult).refusal(manager, "steps",
                                   R"({"entitlement":"gb.g.cica","outcome":"failed","done_on":"2024-05-05"})"),
            "reasons_needed");
  EXPECT_EQ(case_of(adult).refusal(manager, "steps",
                                   R"({"entitlement":"fr.g.civi","outcome":"delivered","done_on":"2024-05-05"})"),
            "unknown_entitlement");
}

TEST(TheChain, MoneyIsOutstandingUntilTheLastPenny) {
  auto one = case_of(adult);
  const auto progress = [&] { return link_of(one.chain_on("2024-05-10"), "gb.g.cica")->progress; };
  one.done(manager, "claims", claim);
  EXPECT_EQ(progress(), Progress::in_progress);
  one.done(manager, "awards", award);
  EXPECT_EQ(one.chain_on("2024-05-10").outstanding.at(0).str(), "1000.00 GBP");
  one.done(manager, "payments", payment("600.00"));
  EXPECT_EQ(progress(), Progress::partly_delivered);
  EXPECT_EQ(one.chain_on("2024-05-10").outstanding.at(0).str(), "400.00 GBP");
  one.done(manager, "payments", payment("400.00"));
  EXPECT_EQ(progress(), Progress::delivered);
  EXPECT_TRUE(one.chain_on("2024-05-10").outstanding.empty());
  // An award that is raised after it was paid leaves the rest owing, and what was paid stays paid.
  one.done(
      manager, "awards",
      R"({"scheme":"gb.g.cica","decided_on":"2024-05-09","outcome":"awarded","authority":"CICA","amount":{"amount":"1500.00","currency":"GBP"}})");
  EXPECT_EQ(progress(), Progress::partly_delivered);
  EXPECT_EQ(one.chain_on("2024-05-10").outstanding.at(0).str(), "500.00 GBP");
}

TEST(TheChain, APermitThatHasRunOutDeliversNothing) {
  auto one = case_of(adult);
  one.done(manager, "permit-applications", applied).done(authority, "permit-decisions", granted);
  EXPECT_EQ(link_of(one.chain_on("2024-06-05"), "gb.h.leave-recovery")->progress, Progress::delivered)
      << "its last day";
  EXPECT_NE(link_of(one.chain_on("2024-06-06"), "gb.h.leave-recovery")->progress, Progress::delivered);
}

TEST(TheChain, SumsAreTheSameByMeasureAndByComponentOnAnyDay) {
  for (const auto& one : stages_of_a_case()) {
    for (const auto* on : {"2024-05-01", "2024-05-10", "2024-06-15", "2025-01-01"}) expect_sums(one.chain_on(on));
  }
}

/// A law of one entitlement, due on a day we choose: `chain` reads outcomes, so the day is put there.
TEST(TheChain, WhatIsDueLaterIsNotOwedYetButIsNext) {
  auto one = case_of(adult);
  one.done(authority, "identification-decisions", grounds);
  const auto index = law_of_gb().find("gb.d.recovery-period").value();
  const auto facts = facts_of(one.state, law_of_gb().schema());
  std::vector<law::Outcome> outcomes(law_of_gb().entitlements().size());
  law_of_gb().decide(facts, one.today, outcomes);
  for (auto& outcome : outcomes) outcome.entitled = law::Truth::no;
  outcomes[index].entitled = law::Truth::yes;
  outcomes[index].has_due = true;
  const auto with_due = [&](law::DayRange due) {
    outcomes[index].due = due;
    return chain(one.state, law_of_gb(), outcomes, one.today);
  };
  const auto today = one.today.days_since_epoch();
  const auto tomorrow = with_due({today + 1, today + 1});
  EXPECT_EQ(link_of(tomorrow, "gb.d.recovery-period")->progress, Progress::not_due);
  EXPECT_EQ(tomorrow.gap.owed, 0);
  EXPECT_EQ(tomorrow.next_due, one.today.plus_days(1));
  const auto now = with_due({today, today});
  EXPECT_EQ(link_of(now, "gb.d.recovery-period")->progress, Progress::due);
  EXPECT_EQ(now.gap.owed, 1);
  const auto yesterday = with_due({today - 1, today - 1});
  EXPECT_EQ(link_of(yesterday, "gb.d.recovery-period")->progress, Progress::late);
  EXPECT_EQ(yesterday.gap.late, 1);
  const auto after_an_event_to_come = with_due({today + 1, law::DayRange::plus_infinity});
  EXPECT_EQ(link_of(after_an_event_to_come, "gb.d.recovery-period")->progress, Progress::not_due);
  EXPECT_EQ(after_an_event_to_come.gap.owed, 0);
}

}  // namespace
}  // namespace remedium::casework
