// The law engine on small packs of its own: given these facts, on this day, then. Every check of the loader bites.

#include "law/law.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <new>

#include "base/json.h"
#include "base/random.h"
#include "law/sha256.h"

namespace {
std::atomic<std::size_t> allocations{0};
}

#ifndef __SANITIZE_ADDRESS__  // the sanitizer brings its own, and pairs every form of new with its delete
// Counts what the whole program takes from the heap, so that "allocates nothing" is a test and not a hope.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
#endif

namespace remedium::law {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

constexpr std::string_view facts_yaml = R"(
facts:
  - { name: person.birth_date, type: date, meaning: Date of birth, question: When, measure: 4(k), data_class: identity, hurts: 1 }
  - { name: contact.first_on, type: date, meaning: First contact, question: When, measure: 4(b), data_class: legal, hurts: 0 }
  - { name: stage, type: code, codes: [presumed, grounds, conclusive], meaning: Stage, question: Which, measure: 4(b), data_class: legal, hurts: 0 }
  - name: grounds.on
    type: date
    meaning: Day of reasonable grounds
    question: When
    measure: 4(b)
    data_class: legal
    hurts: 0
    not_yet: { fact: stage, codes: [presumed] }
  - name: conclusive.on
    type: date
    meaning: Day of the conclusive decision
    question: When
    measure: 4(b)
    data_class: legal
    hurts: 0
    not_yet: { fact: stage, codes: [presumed, grounds] }
  - { name: danger, type: boolean, meaning: Danger, question: Is there, measure: 4(d), data_class: legal, hurts: 2 }
  - { name: renewed, type: boolean, meaning: Contact renewed, question: Did they, measure: 4(d), data_class: legal, hurts: 3 }
  - { name: resident, type: boolean, meaning: Resident, question: Is it so, measure: 4(g), data_class: location, hurts: 1 }
  - { name: means, type: code_list, codes: [threat, force, fraud], meaning: Means, question: Which, measure: 4(b), data_class: narrative, hurts: 3 }
  - { name: nationalities, type: country_list, meaning: Nationalities, question: Which, measure: 4(g), data_class: identity, hurts: 1 }
order:
  - { before: person.birth_date, after: contact.first_on, message: Nobody is born after the first contact. }
  - { before: grounds.on, after: conclusive.on, message: The conclusive decision comes after reasonable grounds. }
)";

const FactSchema& schema() {
  static const FactSchema one = FactSchema::parse(facts_yaml, "facts.yaml").value();
  return one;
}

constexpr std::string_view pack_head = R"(pack: xx
title: A country of the tests
level: national
countries: [FR]
bound_by: []
counting: inclusive
missing_day: next_month_first
provisions:
  one: { instrument: The Act, cite: s. 1, research: [F1], confidence: verified }
  two: { instrument: The Act, cite: s. 2, research: [F2], confidence: memory }
)";

/// An entitlement `d.right` whose version holds `inside` (a flow mapping's members).
std::string right(std::string_view inside, std::string_view extra = "") {
  return fmt::format(R"({}{}entitlements:
  d.right:
    title: A right
    measure: 4(d)
    component: procedural
    force: must
    duty_bearer: The ministry
    provisions: [one]
    delivered_by: step
    versions:
      - {{ status: in_force, provision: one{}{} }}
)",
                     pack_head, extra, inside.empty() ? "" : ", ", inside);
}

base::Result<LawSet> compile(const std::string& yaml, std::vector<Problem>* problems = nullptr) {
  const std::vector<PackSource> sources{{"xx/pack.yaml", yaml}};
  return LawSet::compile(schema(), sources, "xx", problems);
}

Facts facts(std::string_view json) {
  auto parsed = parse_facts(schema(), json);
  EXPECT_TRUE(parsed) << parsed.error().field << ": " << parsed.error().message;
  return parsed.value_or(Facts{});
}

base::Date day(std::string_view text) {
  return base::Date::parse(text).value();
}
std::string text(const std::optional<base::Date>& date) {
  return date ? date->str() : "-";
}

Outcome decide(const LawSet& law, std::string_view json, std::string_view on = "2024-05-10") {
  std::vector<Outcome> outcomes(law.entitlements().size());
  law.decide(facts(json), day(on), outcomes);
  return outcomes.at(0);
}

Outcome decide(const std::string& yaml, std::string_view json, std::string_view on = "2024-05-10") {
  const auto law = compile(yaml);
  EXPECT_TRUE(law) << law.error().message;
  return decide(*law, json, on);
}

// --- facts -----------------------------------------------------------------------------------------------------------

struct Refused {
  const char* json;
  const char* code;
  const char* field;
};
class FactsRefused : public testing::TestWithParam<Refused> {};
TEST_P(FactsRefused, SayWhichAndWhy) {
  const auto parsed = parse_facts(schema(), GetParam().json);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, GetParam().code);
  EXPECT_EQ(parsed.error().field, GetParam().field);
  EXPECT_EQ(parsed.error().kind, base::ErrorKind::invalid_input);
  EXPECT_FALSE(parsed.error().message.empty());
  EXPECT_FALSE(parsed.error().next.empty());
}
INSTANTIATE_TEST_SUITE_P(
    Each, FactsRefused,
    testing::Values(Refused{"[]", "wrong_type", ""}, Refused{R"({"shoe.size":41})", "unknown_fact", "shoe.size"},
                    Refused{R"({"danger":"yes"})", "wrong_type", "danger"},
                    Refused{R"({"danger":1})", "wrong_type", "danger"},
                    Refused{R"({"stage":"maybe"})", "unknown_code", "stage"},
                    Refused{R"({"stage":["grounds"]})", "wrong_type", "stage"},
                    Refused{R"({"means":"threat"})", "wrong_type", "means"},
                    Refused{R"({"means":["threat",1]})", "wrong_type", "means"},
                    Refused{R"({"means":["shouting"]})", "unknown_code", "means"},
                    Refused{R"({"nationalities":["XX"]})", "unknown_country", "nationalities"},
                    Refused{R"({"nationalities":["vn"]})", "unknown_country", "nationalities"},
                    Refused{R"({"person.birth_date":"2023-02-29"})", "bad_date", "person.birth_date"},
                    Refused{R"({"person.birth_date":"1899-12-31"})", "bad_date", "person.birth_date"},
                    Refused{R"({"person.birth_date":"2024-05-02","contact.first_on":"2024-05-01"})", "facts_contradict",
                            "person.birth_date"},
                    Refused{R"({"stage":"conclusive","grounds.on":"2024-05-02","conclusive.on":"2024-05-01"})",
                            "facts_contradict", "grounds.on"},
                    Refused{R"({"stage":"presumed","grounds.on":"2024-05-02"})", "facts_contradict", "grounds.on"},
                    Refused{R"({"danger":true,"danger":false})", "duplicate_key", "danger"}));

TEST(Facts, ReadBackAsTheyWereWritten) {
  const auto known = facts(
      R"({"stage":"grounds","grounds.on":"2024-05-01","danger":false,"means":["fraud","threat"],"nationalities":["VN","NG"],"resident":null})");
  const auto said = [&](std::string_view name) { return fact_text(schema(), known, *schema().find(name)); };
  EXPECT_EQ(said("stage"), "grounds");
  EXPECT_EQ(said("grounds.on"), "2024-05-01");
  EXPECT_EQ(said("danger"), "false");
  EXPECT_EQ(said("means"), "threat,fraud");
  EXPECT_EQ(said("nationalities"), "VN,NG");
  EXPECT_EQ(said("resident"), "");
  Facts again;
  for (FactId id = 0; id < schema().size(); ++id) {
    if (!known.known(id)) continue;
    EXPECT_TRUE(set_fact(schema(), again, schema()[id].name, fact_text(schema(), known, id)));
  }
  EXPECT_EQ(again, known);
}

TEST(Facts, TheSameDayContradictsNothing) {
  EXPECT_TRUE(parse_facts(schema(), R"({"person.birth_date":"2024-05-01","contact.first_on":"2024-05-01"})"));
}

struct Fault {
  const char* from;
  const char* to;
  const char* code;
};
std::string replaced(std::string_view text_in, const Fault& fault) {
  std::string result(text_in);
  const auto at = result.find(fault.from);
  EXPECT_NE(at, std::string::npos) << "this test no longer bites: " << fault.from;
  if (at != std::string::npos) result.replace(at, std::string_view(fault.from).size(), fault.to);
  return result;
}

class SchemaFault : public testing::TestWithParam<Fault> {};
TEST_P(SchemaFault, IsReportedWithItsLine) {
  const auto parsed = FactSchema::parse(replaced(facts_yaml, GetParam()), "facts.yaml");
  ASSERT_FALSE(parsed) << GetParam().to;
  EXPECT_EQ(parsed.error().code, GetParam().code) << parsed.error().message;
  EXPECT_THAT(parsed.error().message, HasSubstr("facts.yaml:"));
}
INSTANTIATE_TEST_SUITE_P(
    Each, SchemaFault,
    testing::Values(Fault{"facts:", "facts: 3\nother:", "unknown_key"},
                    Fault{"\nfacts:", "\nfacts: 3\nx:", "unknown_key"},
                    Fault{"type: boolean", "type: perhaps", "bad_code"}, Fault{"meaning: Danger, ", "", "missing_key"},
                    Fault{"hurts: 2", "hurts: 4", "bad_value"}, Fault{"hurts: 2", "hurts: [2]", "wrong_type"},
                    Fault{"measure: 4(d)", "measure: 4(z)", "bad_code"},
                    Fault{"data_class: narrative", "data_class: secret", "bad_code"},
                    Fault{"codes: [presumed, grounds, conclusive]", "codes: []", "bad_codes"},
                    Fault{"codes: [threat, force, fraud]", "codes: [threat, threat]", "repeated_code"},
                    Fault{"name: renewed", "name: danger", "repeated_fact"},
                    Fault{"{ fact: stage, codes: [presumed] }", "{ fact: nothing, codes: [presumed] }",
                          "undefined_fact"},
                    Fault{"{ fact: stage, codes: [presumed] }", "{ fact: stage, codes: [over] }", "unknown_code"},
                    Fault{"before: grounds.on", "before: danger", "undefined_fact"},
                    Fault{"name: danger, type", "name: danger, name: x, type", "repeated_key"},
                    Fault{"hurts: 2 }", "hurts: 2, colour: red }", "unknown_key"},
                    Fault{"name: danger", "name: &a danger", "anchor"}, Fault{"name: danger", "name: [", "bad_yaml"}));

TEST(FactSchema, RefusesAListThatIsNone) {
  EXPECT_EQ(FactSchema::parse("facts: 3", "facts.yaml").error().code, "wrong_type");
  EXPECT_EQ(FactSchema::parse("", "facts.yaml").error().code, "bad_yaml");
  EXPECT_EQ(FactSchema::parse("- 3", "facts.yaml").error().code, "wrong_type");
}

// --- loading ---------------------------------------------------------------------------------------------------------

/// One of everything a pack may hold.
const std::string& whole_pack() {
  static const std::string yaml = std::string(pack_head) + R"(parameters:
  length: { unit: length, values: [ { value: 45d, to: 2022-12-31, status: policy_only, provision: two }, { value: 30d, from: 2023-01-01, status: in_force, provision: one } ] }
  flat: { unit: money, values: [ { value: "1500.00 EUR", status: in_force, provision: one } ] }
definitions:
  child: { title: A child, provision: one, when: { before: [today, { add: [person.birth_date, 18y] }] } }
  young: { title: Young, provision: one, when: { definition: child } }
entitlements:
  d.right:
    title: A right
    plain: You have a right.
    measure: 4(d)
    component: procedural
    serves: [P8]
    force: must
    duty_bearer: The ministry
    provisions: [one, two]
    delivered_by: recovery_period
    versions:
      - from: 2000-01-01
        to: 2019-12-31
        status: repealed
        provision: one
      - from: 2020-01-01
        status: in_force
        provision: one
        when: { all: [ { stage: [presumed, grounds] }, { not: { definition: young } } ] }
        exceptions:
          - { label: danger, when: { danger: true }, effect: denies, defeats: [], provision: two, decided_by: the court, appeal: within 14 days }
          - { label: vulnerable, when: { means: [threat] }, effect: grants, defeats: [danger], provision: two }
        period: { start: grounds.on, end: { later_of: [ { add: [start, { parameter: length }] }, conclusive.on ] } }
        due: { add: [contact.first_on, 30d] }
        bars: [ { kind: no_removal, phase: recovery, provision: one } ]
        early_end: [ { label: danger, decided_by: the court, appeal: not recorded, provision: two } ]
schemes:
  g.fund:
    title: The fund
    measure: 4(g)
    component: compensation
    route: state_fund
    force: must
    duty_bearer: The fund
    provisions: [one]
    delivered_by: award
    versions:
      - status: in_force
        provision: one
        criteria:
          - { label: residence, column: residence, barrier: true, judged_at: incident, when: { resident: true }, provision: one }
          - { label: nationality, column: nationality, judged_at: claim, when: { nationalities: [FR, VN] }, provision: two }
        cap: not recorded
        excluded_heads: []
offence_elements: { acts: [recruitment], means_required: { adult: true, child: false }, purposes: [forced_labour], extra: [], provision: one }
reserved_acts: [ { act: child_interview, training: child interviews, provision: one } ]
mandatory_reports: [ { label: child at risk, when: { definition: child }, to: police, provision: two } ]
)";
  return yaml;
}

TEST(Pack, HoldsOneOfEverything) {
  const auto law = compile(whole_pack());
  ASSERT_TRUE(law) << law.error().message;
  EXPECT_EQ(law->pack(), "xx");
  EXPECT_FALSE(law->reviewed());
  ASSERT_EQ(law->entitlements().size(), 2U);
  EXPECT_EQ(law->entitlements()[0].id, "xx.d.right");
  EXPECT_EQ(law->entitlements()[0].weakest, Confidence::memory);
  EXPECT_EQ(law->entitlements()[1].route, "state_fund");
  const auto outcome = decide(
      *law,
      R"({"stage":"grounds","grounds.on":"2024-05-01","person.birth_date":"1990-01-01","danger":false,"means":[]})");
  EXPECT_EQ(outcome.version, 1);
  EXPECT_EQ(law->bars(0, outcome)[0].kind, BarKind::no_removal);
  EXPECT_EQ(law->early_ends(0, outcome)[0].decided_by, "the court");
  EXPECT_EQ(law->reserved_acts()[0].act, "child_interview");
  EXPECT_EQ(law->mandatory_reports(facts(R"({"person.birth_date":"2010-01-01"})"), day("2024-05-10"))[0].applies,
            Truth::yes);
  EXPECT_EQ(law->definition("child", facts("{}"), day("2024-05-10")), Truth::unknown);
  EXPECT_EQ(law->definition("no such", facts("{}"), day("2024-05-10")), Truth::unknown);
  EXPECT_EQ(compile(whole_pack())->digest(), law->digest());
  EXPECT_NE(compile(whole_pack() + "# another text\n")->digest(), law->digest());
}

class PackFault : public testing::TestWithParam<Fault> {};
TEST_P(PackFault, IsReportedWithItsLine) {
  std::vector<Problem> problems;
  const auto law = compile(replaced(whole_pack(), GetParam()), &problems);
  ASSERT_FALSE(law) << "accepted: " << GetParam().to;
  EXPECT_THAT(problems, Contains(Field(&Problem::code, GetParam().code))) << law.error().message;
  for (const auto& problem : problems) {
    EXPECT_EQ(problem.file, "xx/pack.yaml");
    EXPECT_GT(problem.line, 0) << problem.message;
    EXPECT_FALSE(problem.next.empty());
  }
  EXPECT_THAT(law.error().message, HasSubstr("xx/pack.yaml:"));
}
INSTANTIATE_TEST_SUITE_P(
    Each, PackFault,
    testing::Values(
        Fault{"title: A country", "colour: blue\ntitle: A country", "unknown_key"},
        Fault{"title: A country of the tests\n", "", "missing_key"},
        Fault{"level: national", "level: regional", "bad_code"},
        Fault{"countries: [FR]", "countries: [XX]", "unknown_country"},
        Fault{"countries: [FR]", "countries: FR", "wrong_type"},
        Fault{"counting: inclusive", "counting: both", "bad_code"},
        Fault{"research: [F1]", "research: []", "missing_citation"}, Fault{", research: [F1]", "", "missing_citation"},
        Fault{"cite: s. 1, ", "", "missing_citation"},
        Fault{"instrument: The Act, cite: s. 1", "cite: s. 1", "missing_citation"},
        Fault{"confidence: verified", "confidence: sure", "bad_code"},
        Fault{", confidence: verified", "", "missing_key"}, Fault{"value: 30d", "value: thirty", "bad_value"},
        Fault{"value: 30d", "value: 201y", "bad_value"}, Fault{"\"1500.00 EUR\"", "\"1,500 EUR\"", "bad_value"},
        Fault{"unit: length", "unit: size", "bad_code"}, Fault{"unit: money", "unit: integer", "bad_value"},
        Fault{"unit: money", "unit: date", "bad_value"},
        Fault{"to: 2022-12-31", "to: 2023-01-01", "overlapping_versions"},
        Fault{"to: 2022-12-31", "to: 2022-13-31", "bad_date"},
        Fault{"status: policy_only, provision: two }", "status: policy_only }", "missing_citation"},
        Fault{"to: 2019-12-31", "to: 2020-01-01", "overlapping_versions"},
        Fault{"to: 2019-12-31", "to: 1999-01-01", "bad_dates"},
        Fault{"title: A child, provision: one", "title: A child", "missing_citation"},
        Fault{"title: A child, provision: one", "title: A child, provision: three", "missing_citation"},
        Fault{"{ before: [today, { add: [person.birth_date, 18y] }] }", "{ definition: young }", "cycle"},
        Fault{"{ definition: child } }\nent", "{ definition: adult } }\nent", "undefined_definition"},
        Fault{"[today, {", "[yesterday, {", "undefined_fact"},
        Fault{"person.birth_date, 18y", "danger, 18y", "bad_day"}, Fault{"18y", "18 years", "bad_day"},
        Fault{"18y", "999y", "bad_day"}, Fault{"[today, {", "[start, {", "undefined_fact"},
        Fault{"before: [today,", "before: [today, today,", "bad_condition"},
        Fault{"measure: 4(d)", "measure: 4(m)", "bad_code"},
        Fault{"component: procedural", "component: kindness", "bad_code"},
        Fault{"force: must", "force: ought", "bad_code"},
        Fault{"delivered_by: recovery_period", "delivered_by: hope", "bad_code"},
        Fault{"    duty_bearer: The ministry\n", "", "missing_key"},
        Fault{"provisions: [one, two]", "provisions: []", "missing_citation"},
        Fault{"provisions: [one, two]", "provisions: [six]", "missing_citation"},
        Fault{"    provisions: [one, two]\n", "", "missing_citation"}, Fault{"d.right:", "right:", "bad_id"},
        Fault{"status: repealed\n        provision: one", "status: repealed", "missing_citation"},
        Fault{"status: repealed", "status: gone", "bad_code"},
        Fault{"{ stage: [presumed, grounds] }", "{ stage: [presumed, over] }", "unknown_code"},
        Fault{"{ stage: [presumed, grounds] }", "{ stage: [] }", "bad_value"},
        Fault{"{ stage: [presumed, grounds] }", "{ phase: one }", "undefined_fact"},
        Fault{"{ stage: [presumed, grounds] }", "maybe", "bad_condition"},
        Fault{"{ stage: [presumed, grounds] }", "{ stage: presumed, danger: true }", "bad_condition"},
        Fault{"{ stage: [presumed, grounds] }", "{ all: [] }", "bad_condition"},
        Fault{"{ stage: [presumed, grounds] }", "{ grounds.on: true }", "bad_condition"},
        Fault{"{ stage: [presumed, grounds] }", "{ includes_all: { stage: [presumed] } }", "bad_condition"},
        Fault{"{ stage: [presumed, grounds] }", "{ recorded: nothing }", "undefined_fact"},
        Fault{"{ danger: true }", "{ danger: high }", "bad_value"},
        Fault{"effect: denies", "effect: doubts", "bad_code"},
        Fault{"defeats: [danger]", "defeats: [fire]", "undefined_label"},
        Fault{"defeats: []", "defeats: [vulnerable]", "cycle"},
        Fault{"label: vulnerable", "label: danger", "repeated_label"},
        Fault{"effect: denies, defeats: [], provision: two", "effect: denies", "missing_citation"},
        Fault{"{ parameter: length }", "{ parameter: flat }", "undefined_parameter"},
        Fault{"{ parameter: length }", "{ parameter: width }", "undefined_parameter"},
        Fault{"start: grounds.on", "begin: grounds.on", "unknown_key"},
        Fault{"{ kind: no_removal, phase: recovery, provision: one }", "{ kind: no_removal }", "missing_citation"},
        Fault{"kind: no_removal", "kind: no_entry", "bad_code"}, Fault{"bars: [ {", "bars: { kind: [ {", "bad_yaml"},
        Fault{"appeal: not recorded, provision: two", "appeal: not recorded", "missing_citation"},
        Fault{"route: state_fund", "route: lottery", "bad_code"}, Fault{"    route: state_fund\n", "", "missing_key"},
        Fault{"column: residence", "column: shoes", "bad_code"},
        Fault{"barrier: true", "barrier: perhaps", "wrong_type"},
        Fault{"judged_at: incident", "judged_at: noon", "bad_code"},
        Fault{"{ resident: true }, provision: one", "{ resident: true }", "missing_citation"},
        Fault{"label: nationality", "label: residence", "repeated_label"},
        Fault{"[FR, VN]", "[FR, ZZ]", "unknown_country"},
        Fault{"extra: [], provision: one", "extra: []", "missing_citation"},
        Fault{"training: child interviews, provision: one", "training: child interviews", "missing_citation"},
        Fault{"to: police, ", "", "missing_key"},
        Fault{"mandatory_reports: [", "mandatory_reports: 3\nothers: [", "wrong_type"},
        Fault{"definitions:\n", "definitions: 3\nother:\n", "wrong_type"},
        Fault{"serves: [P8]", "serves: &x [P8]", "anchor"}, Fault{"serves: [P8]", "serves: [*x]", "bad_yaml"},
        Fault{"serves: [P8]", "serves: [P8]\n    serves: [P9]", "repeated_key"},
        Fault{"g.fund:", "d.right:", "repeated_entitlement"},
        Fault{"due: { add: [contact.first_on, 30d] }", "due: soon", "undefined_fact"}));

TEST(Sha256, IsThatOfFips180) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Pack, ReportsEveryFaultNotOnlyTheFirst) {
  std::vector<Problem> problems;
  auto yaml = replaced(whole_pack(), {"force: must", "force: ought", ""});
  yaml = replaced(yaml, {"value: 30d", "value: thirty", ""});
  EXPECT_FALSE(compile(yaml, &problems));
  EXPECT_EQ(problems.size(), 2U);
}

TEST(Pack, RefusesWhatIsNoPack) {
  for (const auto* yaml : {"", "3", "[]", "a: [", "a: b\n---\na: c", "a: &x [*x]"}) EXPECT_FALSE(compile(yaml)) << yaml;
  EXPECT_FALSE(compile(std::string(10'000, '[')));
  EXPECT_FALSE(compile("pack: " + std::string(std::size_t{5} << 20U, 'x')));
  EXPECT_EQ(compile("pack: yy").error().code, "unknown_pack");
}

TEST(Pack, IsReadAgainstItsBaselines) {
  auto national = replaced(whole_pack(), {"bound_by: []", "bound_by: [zz]", ""});
  std::vector<Problem> problems;
  EXPECT_FALSE(compile(national, &problems));
  EXPECT_THAT(problems, Contains(Field(&Problem::code, "unknown_pack")));

  auto baseline = replaced(whole_pack(), {"pack: xx", "pack: zz", ""});
  baseline = replaced(baseline, {"level: national", "level: international", ""});
  national = replaced(national, {"serves: [P8]", "implements: [zz.d.right]", ""});
  const std::vector<PackSource> sources{{"zz/pack.yaml", baseline}, {"xx/pack.yaml", national}};
  const auto law = LawSet::compile(schema(), sources, "xx");
  ASSERT_TRUE(law) << law.error().message;
  ASSERT_EQ(law->entitlements().size(), 4U);
  EXPECT_EQ(law->entitlements()[0].pack, "xx");
  EXPECT_TRUE(law->entitlements()[2].international);
  EXPECT_EQ(law->find("zz.g.fund"), 3U);

  const std::vector<PackSource> other{{"zz/pack.yaml", baseline},
                                      {"xx/pack.yaml", replaced(national, {"zz.d.right", "zz.d.left", ""})}};
  EXPECT_EQ(LawSet::compile(schema(), other, "xx").error().code, "undefined_entitlement");
}

// --- deciding --------------------------------------------------------------------------------------------------------

TEST(Decide, SilenceIsNeverNo) {
  const auto yaml = right("when: { danger: false }");
  EXPECT_EQ(decide(yaml, "{}").entitled, Truth::unknown);
  EXPECT_EQ(decide(yaml, R"({"danger":false})").entitled, Truth::yes);
  EXPECT_EQ(decide(yaml, R"({"danger":true})").entitled, Truth::no);
  EXPECT_EQ(decide(right("when: { recorded: danger }"), "{}").entitled, Truth::no);
  EXPECT_EQ(decide(right("when: { means: [threat, force] }"), "{}").entitled, Truth::unknown);
  EXPECT_EQ(decide(right("when: { means: [threat, force] }"), R"({"means":[]})").entitled, Truth::no);
  EXPECT_EQ(decide(right("when: { includes_all: { means: [threat, force] } }"), R"({"means":["threat"]})").entitled,
            Truth::no);
  EXPECT_EQ(
      decide(right("when: { includes_all: { nationalities: [FR, VN] } }"), R"({"nationalities":["VN","FR"]})").entitled,
      Truth::yes);
  EXPECT_EQ(decide(right("when: { nationalities: FR }"), R"({"nationalities":["VN"]})").entitled, Truth::no);
}

struct StatusCase {
  const char* status;
  Truth entitled;
};
class DecideStatus : public testing::TestWithParam<StatusCase> {};
TEST_P(DecideStatus, IsWhatTheLawWasOnThatDay) {
  const auto law = compile(replaced(
      right(""), {"status: in_force", fmt::format("from: 2024-01-01, status: {}", GetParam().status).c_str(), ""}));
  ASSERT_TRUE(law);
  const auto outcome = decide(*law, "{}");
  EXPECT_EQ(outcome.entitled, GetParam().entitled);
  EXPECT_EQ(code(outcome.law_status), GetParam().status);
  EXPECT_FALSE(outcome.no_law_on_day);
  const auto before = decide(*law, "{}", "2023-12-31");
  EXPECT_EQ(before.entitled, Truth::no);
  EXPECT_TRUE(before.no_law_on_day);
  const auto why = law->explain(0, facts("{}"), day("2024-05-10"));
  const bool says_why = testing::Matches(testing::ContainsRegex("not commenced|Repealed|Dissolved"))(why.root.text);
  EXPECT_EQ(says_why, GetParam().entitled == Truth::no) << why.root.text;
}
INSTANTIATE_TEST_SUITE_P(Each, DecideStatus,
                         testing::Values(StatusCase{"in_force", Truth::yes},
                                         StatusCase{"enacted_not_commenced", Truth::no},
                                         StatusCase{"repealed", Truth::no}, StatusCase{"dissolved", Truth::no},
                                         StatusCase{"policy_only", Truth::yes},
                                         StatusCase{"operation_paused", Truth::yes}));

struct PeriodCase {
  const char* counting;
  const char* end;   ///< the day expression
  const char* last;  ///< of a period that begins on 31 January 2024
};
class DecidePeriod : public testing::TestWithParam<PeriodCase> {};
TEST_P(DecidePeriod, EndsOnTheDayThePackCounts) {
  const auto yaml = replaced(right(fmt::format("period: {{ start: grounds.on, end: {} }}", GetParam().end)),
                             {"counting: inclusive", GetParam().counting, ""});
  const auto outcome = decide(yaml, R"({"stage":"grounds","grounds.on":"2024-01-31"})", "2024-02-01");
  EXPECT_EQ(text(outcome.start.date()), "2024-01-31");
  EXPECT_EQ(text(outcome.end.date()), GetParam().last);
}
INSTANTIATE_TEST_SUITE_P(
    Boundaries, DecidePeriod,
    testing::Values(
        PeriodCase{"counting: inclusive", "{ add: [start, 30d] }", "2024-02-29"},
        PeriodCase{"counting: exclusive", "{ add: [start, 30d] }", "2024-03-01"},
        PeriodCase{"counting: inclusive", "{ add: [start, 1m] }", "2024-02-29"},
        PeriodCase{"counting: exclusive", "{ add: [start, 1m] }", "2024-03-01"},
        PeriodCase{"counting: inclusive", "{ add: [{ add: [start, 30d] }, 30d] }", "2024-03-30"},
        PeriodCase{"counting: inclusive", "{ add: [{ later_of: [{ add: [start, 30d] }, start] }, 30d] }", "2024-03-30"},
        PeriodCase{"counting: inclusive", "{ earlier_of: [2024-02-10, { add: [start, 30d] }] }", "2024-02-10"},
        PeriodCase{"counting: inclusive", "never", "-"}));

TEST(Decide, ThePeriodRunsFromItsFirstDayToItsLast) {
  const auto yaml = right("period: { start: grounds.on, end: { add: [start, 30d] } }");
  const auto running = [&](std::string_view on) {
    return decide(yaml, R"({"stage":"grounds","grounds.on":"2024-05-01"})", on).running;
  };
  EXPECT_EQ(running("2024-04-30"), Truth::no);
  EXPECT_EQ(running("2024-05-01"), Truth::yes);
  EXPECT_EQ(running("2024-05-30"), Truth::yes);
  EXPECT_EQ(running("2024-05-31"), Truth::no);
}

TEST(Decide, AnEventThatHasNotHappenedLiesAfterToday) {
  const auto yaml = right("period: { start: grounds.on, end: { later_of: [{ add: [start, 30d] }, conclusive.on] } }");
  const auto open = decide(yaml, R"({"stage":"grounds","grounds.on":"2024-05-01"})", "2024-07-10");
  EXPECT_EQ(open.running, Truth::yes) << "the decision is open, so the period is";
  EXPECT_EQ(text(open.end.date()), "-");
  EXPECT_EQ(text(open.end.not_before()), "2024-07-11");
  const auto silent = decide(yaml, R"({"grounds.on":"2024-05-01"})", "2024-07-10");
  EXPECT_EQ(silent.running, Truth::unknown) << "nothing says whether it was decided";
  EXPECT_EQ(text(silent.end.not_before()), "2024-05-30");
  const auto closed =
      decide(yaml, R"({"stage":"conclusive","grounds.on":"2024-05-01","conclusive.on":"2024-06-20"})", "2024-07-10");
  EXPECT_EQ(closed.running, Truth::no);
  EXPECT_EQ(text(closed.end.date()), "2024-06-20");
}

TEST(Decide, AnUnknownDayMakesOnlyWhatRestsOnItUnknown) {
  const auto yaml = right("when: { before: [today, { add: [person.birth_date, 18y] }] }");
  EXPECT_EQ(decide(yaml, "{}").entitled, Truth::unknown);
  EXPECT_EQ(decide(yaml, R"({"person.birth_date":"2006-05-11"})").entitled, Truth::yes);
  EXPECT_EQ(decide(yaml, R"({"person.birth_date":"2006-05-10"})").entitled, Truth::no) << "the eighteenth birthday";
  // Born on 29 February: a child until 1 March, the day longer that protects.
  EXPECT_EQ(decide(yaml, R"({"person.birth_date":"2004-02-29"})", "2022-02-28").entitled, Truth::yes);
  EXPECT_EQ(decide(yaml, R"({"person.birth_date":"2004-02-29"})", "2022-03-01").entitled, Truth::no);
  EXPECT_EQ(decide(right("when: { not_after: [conclusive.on, today] }"), R"({"stage":"grounds"})").entitled, Truth::no);
  EXPECT_EQ(decide(right("when: { after: [never, today] }"), "{}").entitled, Truth::yes);
}

TEST(Decide, DueDatesMayBeAtLeastKnown) {
  const auto outcome = decide(right("due: { later_of: [{ add: [contact.first_on, 30d] }, conclusive.on] }"),
                              R"({"contact.first_on":"2024-05-01"})");
  ASSERT_TRUE(outcome.has_due);
  EXPECT_EQ(text(outcome.due.not_before()), "2024-05-30");
  EXPECT_EQ(decide(right("due: { add: [contact.first_on, 30d] }"), R"({"contact.first_on":"2024-05-01"})").due.date(),
            day("2024-05-30"));
  EXPECT_FALSE(compile(right("due: { add: [start, 30d] }"))) << "there is no period whose start it could be";
}

TEST(Decide, AParameterHasTheValueOfTheDay) {
  const auto yaml = whole_pack();
  const auto end = [&](std::string_view on) {
    return text(
        decide(
            yaml,
            R"({"stage":"conclusive","grounds.on":"2022-12-01","conclusive.on":"2022-12-02","danger":false,"means":["threat"]})",
            on)
            .end.date());
  };
  EXPECT_EQ(end("2022-12-31"), "2023-01-14");
  EXPECT_EQ(end("2023-01-01"), "2022-12-30");
}

std::string excepted(std::string_view denies_defeats = "", std::string_view grants_defeats = "") {
  return right(
      fmt::format("when: {{ resident: true }}, exceptions: [ {{ label: d, when: {{ danger: true }}, effect: denies, "
                  "defeats: [{}], provision: one }}, "
                  "{{ label: g, when: {{ renewed: true }}, effect: grants, defeats: [{}], provision: two }} ]",
                  denies_defeats, grants_defeats));
}

TEST(Decide, ExceptionsBeatTheBaseAndNotEachOther) {
  EXPECT_EQ(decide(excepted(), R"({"resident":true,"danger":false,"renewed":false})").entitled, Truth::yes);
  EXPECT_EQ(decide(excepted(), R"({"resident":true,"danger":true,"renewed":false})").entitled, Truth::no);
  EXPECT_EQ(decide(excepted(), R"({"resident":false,"danger":false,"renewed":true})").entitled, Truth::yes);
  const auto both = decide(excepted(), R"({"resident":true,"danger":true,"renewed":true})");
  EXPECT_TRUE(both.conflict);
  EXPECT_EQ(both.entitled, Truth::unknown);
  EXPECT_EQ(decide(excepted("g"), R"({"resident":true,"danger":true,"renewed":true})").entitled, Truth::no);
  EXPECT_EQ(decide(excepted("", "d"), R"({"resident":false,"danger":true,"renewed":true})").entitled, Truth::yes);
}

TEST(Decide, AnUnknownExceptionMattersOnlyWhereItWouldChangeTheAnswer) {
  EXPECT_EQ(decide(excepted(), R"({"resident":true,"renewed":false})").entitled, Truth::unknown);
  EXPECT_EQ(decide(excepted(), R"({"resident":false,"renewed":false})").entitled, Truth::no) << "no either way";
  EXPECT_EQ(decide(excepted(), R"({"resident":true,"danger":false})").entitled, Truth::yes) << "yes either way";
  EXPECT_EQ(decide(excepted("", "d"), R"({"resident":true,"renewed":true})").entitled, Truth::yes)
      << "what it would do is defeated";
}

TEST(Decide, AConflictStandsWhateverElseIsUnknown) {
  const auto yaml = right(
      "exceptions: [ { label: d, when: { danger: true }, effect: denies, provision: one }, { label: g, when: { "
      "renewed: true }, effect: grants, provision: two }, "
      "{ label: other, when: { resident: true }, effect: denies, provision: two } ]");
  const auto law = compile(yaml);
  ASSERT_TRUE(law);
  EXPECT_TRUE(decide(*law, R"({"danger":true,"renewed":true})").conflict);
  const auto why = law->explain(0, facts(R"({"danger":true,"renewed":true})"), day("2024-05-10"));
  EXPECT_THAT(why.root.text, HasSubstr("disagree"));
  std::vector<std::string> cited;
  for (const auto& child : why.root.children) {
    if (child.kind == "exception" && child.value == Truth::yes)
      cited.push_back(law->provision(child.provisions.at(0)).cite);
  }
  EXPECT_THAT(cited, ElementsAre("s. 1", "s. 2"));
  EXPECT_TRUE(why.missing.empty()) << "no fact settles what the law contradicts";
}

// --- explaining ------------------------------------------------------------------------------------------------------

std::vector<std::string> names(std::span<const FactId> ids) {
  std::vector<std::string> result;
  for (const auto id : ids) result.push_back(schema()[id].name);
  return result;
}

TEST(Explain, SaysInPlainWordsWhatIsKnown) {
  const auto law = compile(right("when: { all: [ { stage: [grounds, conclusive] }, { danger: false } ] }"));
  const auto why = law->explain(0, facts(R"({"stage":"presumed"})"), day("2024-05-10"));
  ASSERT_EQ(why.root.children.at(0).children.size(), 2U);
  EXPECT_EQ(why.root.children[0].children[0].text, "Stage: is grounds or conclusive — known: presumed");
  EXPECT_EQ(why.root.children[0].children[0].value, Truth::no);
  EXPECT_EQ(why.root.children[0].children[1].text, "Danger: is not so — known: not known");
  EXPECT_THAT(names(why.used), ElementsAre("stage"));
  EXPECT_TRUE(why.missing.empty()) << "it is no already: nothing needs asking";
}

TEST(Explain, AsksWhatHurtsLeastFirstAndOnlyInOpenBranches) {
  const auto law =
      compile(right("when: { all: [ { any: [ { means: [threat] }, { danger: true } ] }, { any: [ { stage: presumed }, "
                    "{ renewed: true } ] }, { resident: true }, "
                    "{ any: [ { danger: true }, { contact.first_on: 1 } ] } ] }"));
  EXPECT_FALSE(law) << "a date is compared, not matched";
  const auto sound =
      compile(right("when: { all: [ { any: [ { means: [threat] }, { danger: true } ] }, { any: [ { stage: presumed }, "
                    "{ renewed: true } ] }, { resident: true } ] }"));
  ASSERT_TRUE(sound);
  EXPECT_THAT(names(sound->explain(0, facts(R"({"stage":"presumed"})"), day("2024-05-10")).missing),
              ElementsAre("resident", "danger", "means"));
  EXPECT_THAT(names(sound->explain(0, facts(R"({"stage":"grounds"})"), day("2024-05-10")).missing),
              ElementsAre("resident", "danger", "renewed", "means"));
  EXPECT_THAT(names(sound->explain(0, facts(R"({"stage":"presumed","danger":true})"), day("2024-05-10")).missing),
              ElementsAre("resident"));
}

TEST(Explain, AsksForNoDayThatHasNotCome) {
  const auto law = compile(right("when: { before: [conclusive.on, 2025-01-01] }"));
  EXPECT_TRUE(law->explain(0, facts(R"({"stage":"grounds"})"), day("2024-05-10")).missing.empty());
  EXPECT_THAT(names(law->explain(0, facts(R"({"stage":"conclusive"})"), day("2024-05-10")).missing),
              ElementsAre("conclusive.on"));
}

TEST(Explain, AsksNothingOfABaseThatAnExceptionOverrides) {
  const auto law = compile(excepted());
  EXPECT_THAT(names(law->explain(0, facts(R"({"danger":true})"), day("2024-05-10")).missing), ElementsAre("renewed"));
  EXPECT_THAT(names(law->explain(0, facts(R"({"danger":false})"), day("2024-05-10")).missing),
              ElementsAre("resident", "renewed"));
}

TEST(Explain, SaysWhichExceptionWasDefeated) {
  const auto law = compile(excepted("", "d"));
  const auto why = law->explain(0, facts(R"({"resident":true,"danger":true,"renewed":true})"), day("2024-05-10"));
  const auto found = std::ranges::find(why.root.children, "d", &Reason::label);
  ASSERT_NE(found, why.root.children.end());
  EXPECT_EQ(found->effect, "defeated by g");
}

TEST(DecisionJson, IsOneDocumentWithEachCriterion) {
  const auto law = compile(whole_pack());
  ASSERT_TRUE(law);
  const auto known = facts(R"({"stage":"grounds","grounds.on":"2024-05-01","resident":true,"nationalities":["NG"]})");
  for (const bool explain : {false, true}) {
    const auto document = base::parse_json(decision_json(*law, known, day("2024-05-10"), explain));
    ASSERT_TRUE(document) << document.error().message;
    const auto& object = document->as_object();
    EXPECT_EQ(object.at("jurisdiction").as_string(), "xx");
    EXPECT_EQ(object.at("on").as_string(), "2024-05-10");
    const auto& fund = object.at("entitlements").as_array().at(1).as_object();
    EXPECT_EQ(fund.at("status").as_string(), "not_entitled");
    EXPECT_EQ(fund.at("criteria").as_array().at(0).at("answer").as_string(), "met");
    EXPECT_EQ(fund.at("criteria").as_array().at(1).at("answer").as_string(), "unmet");
    const auto& recovery = object.at("entitlements").as_array().at(0).as_object();
    EXPECT_EQ(recovery.at("status").as_string(), "unknown");
    EXPECT_EQ(recovery.at("start").as_string(), "2024-05-01");
    EXPECT_EQ(recovery.at("end_not_before").as_string(), "2024-05-30");
    EXPECT_EQ(recovery.contains("reasons"), explain);
  }
}

TEST(RunTests, FailsWhereTheLawAnswersOtherwise) {
  const auto law = compile(whole_pack());
  ASSERT_TRUE(law);
  const auto failures = [&](std::string_view expected) {
    const auto yaml = fmt::format(
        "- name: a test\n  on: 2024-05-10\n  facts: {{ stage: grounds, grounds.on: 2024-05-01, person.birth_date: "
        "1990-01-01, resident: true, means: [] }}\n  expect: {{ {} }}\n",
        expected);
    int run = 0;
    auto result = run_tests(*law, yaml, "tests.yaml", &run);
    EXPECT_TRUE(result) << result.error().message;
    EXPECT_EQ(run, 1);
    return result ? result->size() : std::size_t{99};
  };
  EXPECT_EQ(failures("xx.d.right: { status: unknown, start: 2024-05-01, not_before: 2024-05-30, missing: [danger] }"),
            0U);
  EXPECT_EQ(failures("xx.g.fund: { status: unknown, criterion: { residence: met, nationality: unknown } }"), 0U);
  EXPECT_EQ(failures("xx.d.right: entitled"), 1U);
  EXPECT_EQ(
      failures(
          "xx.d.right: { start: 2024-05-02, not_before: 2024-05-31, missing: [renewed], conflict: true, colour: red }"),
      5U);
  EXPECT_EQ(failures("xx.g.fund: { criterion: { residence: unmet, height: met } }"), 2U);
  for (const auto* bad :
       {"- { name: a, on: 2024-05-10, expect: {} }", "- { name: a, on: never, expect: { xx.d.right: unknown } }",
        "- { name: a, on: 2024-05-10, facts: { shoe: 1 }, expect: { xx.d.right: unknown } }",
        "- { name: a, on: 2024-05-10, fact: { danger: true }, expect: { xx.d.right: unknown } }",
        "- { name: a, on: 2024-05-10, facts: { stage: presumed, grounds.on: 2024-05-01 }, expect: { xx.d.right: "
        "unknown } }",
        "- { name: a, on: 2024-05-10, expect: { xx.d.wrong: unknown } }", "- 3", "- [", ""}) {
    EXPECT_FALSE(run_tests(*law, bad, "tests.yaml")) << bad;
  }
}

// --- an independent oracle -------------------------------------------------------------------------------------------

/// A condition over eight facts, kept as text for the pack and as a tree for the oracle.
struct Expression {
  enum class Kind { all, any, negate, boolean, stage, before } kind{};
  std::vector<Expression> children;
  std::size_t fact = 0;  ///< boolean: which of the five
  unsigned mask = 0;     ///< stage: bits of its three codes
  std::int32_t day = 0;  ///< before: contact.first_on is before this day
  bool wanted = true;
};

constexpr std::array<std::string_view, 3> boolean_names = {"danger", "renewed", "resident"};
constexpr std::array<std::string_view, 3> stage_codes = {"presumed", "grounds", "conclusive"};
/// What a fact may turn out to be; nullopt: not known.
struct World {
  std::array<std::optional<bool>, boolean_names.size()> booleans;
  std::optional<unsigned> stage;
  std::optional<std::int32_t> contact;
};

Expression draw(base::SeededRandom& random, int depth) {
  Expression result;
  const auto choice = depth == 0 ? 3 + random.below(3) : random.below(6);
  result.kind = static_cast<Expression::Kind>(choice);
  switch (result.kind) {
    case Expression::Kind::all:
    case Expression::Kind::any:
      for (auto count = 1 + random.below(3); count > 0; --count) result.children.push_back(draw(random, depth - 1));
      break;
    case Expression::Kind::negate:
      result.children.push_back(draw(random, depth - 1));
      break;
    case Expression::Kind::boolean:
      result.fact = random.below(boolean_names.size());
      result.wanted = random.below(2) == 0;
      break;
    case Expression::Kind::stage:
      result.mask = static_cast<unsigned>(1 + random.below(7));
      break;
    case Expression::Kind::before:
      result.day = static_cast<std::int32_t>(19'800 + random.below(5));
      break;
  }
  return result;
}

std::string yaml_of(const Expression& one) {
  std::string children;
  for (const auto& child : one.children) children += (children.empty() ? "" : ", ") + yaml_of(child);
  switch (one.kind) {
    case Expression::Kind::all:
      return fmt::format("{{ all: [{}] }}", children);
    case Expression::Kind::any:
      return fmt::format("{{ any: [{}] }}", children);
    case Expression::Kind::negate:
      return fmt::format("{{ not: {} }}", children);
    case Expression::Kind::boolean:
      return fmt::format("{{ {}: {} }}", boolean_names[one.fact], one.wanted);
    case Expression::Kind::stage: {
      std::string codes;
      for (std::size_t i = 0; i < stage_codes.size(); ++i) {
        if ((one.mask >> i & 1U) != 0) codes += (codes.empty() ? "" : ", ") + std::string(stage_codes[i]);
      }
      return fmt::format("{{ stage: [{}] }}", codes);
    }
    case Expression::Kind::before:
      return fmt::format("{{ before: [contact.first_on, {}] }}", base::Date(one.day).str());
  }
  return {};
}

/// Kleene's logic as arithmetic: no 0, unknown 1, yes 2; and is least, or is greatest, not is 2 - x.
int naive(const Expression& one, const World& world) {
  int result = one.kind == Expression::Kind::all ? 2 : 0;
  switch (one.kind) {
    case Expression::Kind::all:
      for (const auto& child : one.children) result = std::min(result, naive(child, world));
      return result;
    case Expression::Kind::any:
      for (const auto& child : one.children) result = std::max(result, naive(child, world));
      return result;
    case Expression::Kind::negate:
      return 2 - naive(one.children[0], world);
    case Expression::Kind::boolean:
      return world.booleans[one.fact] ? (*world.booleans[one.fact] == one.wanted ? 2 : 0) : 1;
    case Expression::Kind::stage:
      return world.stage ? ((one.mask >> *world.stage & 1U) != 0 ? 2 : 0) : 1;
    case Expression::Kind::before:
      return world.contact ? (*world.contact < one.day ? 2 : 0) : 1;
  }
  return 1;
}

struct Rule {
  Expression when;
  struct Exception {
    Expression when;
    bool grants = false;
    unsigned defeats = 0;  ///< bits of earlier exceptions, so never a circle
  };
  std::vector<Exception> exceptions;
};

/// With everything known: 0 no, 2 yes, -1 conflict. Written from the words of law/schema/README.md, last exception
/// first.
int settled(const Rule& rule, const World& world) {
  unsigned beaten = 0;
  bool denies = false;
  bool grants = false;
  for (std::size_t i = rule.exceptions.size(); i-- > 0;) {
    const auto& exception = rule.exceptions[i];
    if ((beaten >> i & 1U) != 0 || naive(exception.when, world) != 2) continue;
    beaten |= exception.defeats;
    (exception.grants ? grants : denies) = true;
  }
  if (denies && grants) return -1;
  if (denies) return 0;
  return grants ? 2 : naive(rule.when, world);
}

std::vector<World> completions(const World& world) {
  std::vector<World> all{world};
  const auto widen = [&](auto is_open, auto values, auto set) {
    std::vector<World> next;
    for (const auto& one : all) {
      if (!is_open(one)) {
        next.push_back(one);
        continue;
      }
      for (const auto value : values) {
        next.push_back(one);
        set(next.back(), value);
      }
    }
    all = std::move(next);
  };
  for (std::size_t i = 0; i < boolean_names.size(); ++i) {
    widen([i](const World& w) { return !w.booleans[i]; }, std::array{false, true},
          [i](World& w, bool v) { w.booleans[i] = v; });
  }
  widen([](const World& w) { return !w.stage; }, std::array{0U, 1U, 2U}, [](World& w, unsigned v) { w.stage = v; });
  widen([](const World& w) { return !w.contact; }, std::array{19'799, 19'800, 19'801, 19'802, 19'803, 19'804},
        [](World& w, std::int32_t v) { w.contact = v; });
  return all;
}

World draw_world(base::SeededRandom& random) {
  World world;
  for (auto& one : world.booleans) {
    if (random.below(2) == 0) one = random.below(2) == 0;
  }
  if (random.below(2) == 0) world.stage = static_cast<unsigned>(random.below(3));
  if (random.below(2) == 0) world.contact = static_cast<std::int32_t>(19'799 + random.below(6));
  return world;
}

Facts facts_of(const World& world) {
  Facts known;
  for (std::size_t i = 0; i < boolean_names.size(); ++i) {
    if (world.booleans[i]) known.set_boolean(*schema().find(boolean_names[i]), *world.booleans[i]);
  }
  if (world.stage) known.set_code(*schema().find("stage"), *world.stage);
  if (world.contact) known.set_date(*schema().find("contact.first_on"), base::Date(*world.contact));
  return known;
}

std::string random_pack(base::SeededRandom& random, std::vector<Rule>& rules) {
  auto yaml = std::string(pack_head) + "entitlements:\n";
  for (std::size_t i = 0; i < 30; ++i) {
    Rule rule{.when = draw(random, 3), .exceptions = {}};
    std::string exceptions;
    for (std::size_t j = 0; j < random.below(4); ++j) {
      Rule::Exception exception{.when = draw(random, 1),
                                .grants = random.below(2) == 0,
                                .defeats = static_cast<unsigned>(random.below(1U << j))};
      std::string defeats;
      for (std::size_t k = 0; k < j; ++k) {
        if ((exception.defeats >> k & 1U) != 0) defeats += fmt::format("{}e{}", defeats.empty() ? "" : ", ", k);
      }
      exceptions += fmt::format("{}{{ label: e{}, when: {}, effect: {}, defeats: [{}], provision: one }}",
                                exceptions.empty() ? "" : ", ", j, yaml_of(exception.when),
                                exception.grants ? "grants" : "denies", defeats);
      rule.exceptions.push_back(std::move(exception));
    }
    yaml += fmt::format(
        "  d.r{}: {{ title: R, measure: 4(d), component: procedural, force: must, duty_bearer: D, provisions: [one], "
        "delivered_by: step, versions: [ {{ status: "
        "in_force, provision: one, when: {}, exceptions: [{}] }} ] }}\n",
        i, yaml_of(rule.when), exceptions);
    rules.push_back(std::move(rule));
  }
  return yaml;
}

/// What an answer must stand up to: whatever the unknown facts turn out to be, a yes stays yes and a no stays no; with
/// no exception in play it is Kleene's value exactly; and if asking is of use at all, the facts asked for are unknown
/// ones.
void check_against_oracle(const Rule& rule, const World& world, const Outcome& outcome, const Explanation& why) {
  for (const auto& complete : completions(world)) {
    const auto truth = settled(rule, complete);
    const bool stands = outcome.conflict
                            ? truth == -1
                            : outcome.entitled == Truth::unknown || truth == (outcome.entitled == Truth::yes ? 2 : 0);
    ASSERT_TRUE(stands) << "the engine says " << code(outcome.entitled) << ", a completion " << truth;
  }
  if (rule.exceptions.empty()) {
    static constexpr std::array value_of = {0, 2, 1};
    ASSERT_EQ(value_of[static_cast<std::size_t>(outcome.entitled)], naive(rule.when, world));
  }
  ASSERT_EQ(why.root.value, outcome.entitled);
  const auto known = facts_of(world);
  for (const auto fact : why.missing) ASSERT_FALSE(known.known(fact));
  ASSERT_EQ(why.missing.empty(), outcome.entitled != Truth::unknown || outcome.conflict);
}

TEST(Oracle, AgreesOverRandomLawsAndCases) {
  base::SeededRandom random(20'120'705);
  std::size_t checked = 0;
  std::size_t settled_count = 0;
  for (int round = 0; round < 100; ++round) {
    std::vector<Rule> rules;
    const auto yaml = random_pack(random, rules);
    const auto law = compile(yaml);
    ASSERT_TRUE(law) << law.error().message << "\n" << yaml;
    std::vector<Outcome> outcomes(rules.size());
    std::vector<Outcome> traced(rules.size());
    std::vector<Truth> trace(law->trace_size());
    for (int drawn = 0; drawn < 10; ++drawn) {
      const auto world = draw_world(random);
      const auto known = facts_of(world);
      law->decide(known, day("2024-05-10"), outcomes);
      law->decide_traced(known, day("2024-05-10"), traced, trace);
      for (std::size_t i = 0; i < rules.size(); ++i) {
        check_against_oracle(rules[i], world, outcomes[i], law->explain(i, known, day("2024-05-10")));
        if (HasFatalFailure()) FAIL() << yaml_of(rules[i].when) << "\n" << yaml;
        ASSERT_EQ(traced[i].entitled, outcomes[i].entitled);
        if (outcomes[i].entitled != Truth::unknown) ++settled_count;
        ++checked;
      }
    }
  }
  EXPECT_EQ(checked, 30'000U);
  EXPECT_GT(settled_count, 8'000U) << "the draw must settle enough of them for the test to bite";
}

TEST(Decide, TakesNothingFromTheHeap) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the heap is the sanitizer's here";
#endif
  const auto law = compile(whole_pack());
  ASSERT_TRUE(law);
  const auto known = facts(
      R"({"stage":"grounds","grounds.on":"2024-05-01","person.birth_date":"1990-01-01","nationalities":["VN"],"means":["fraud"]})");
  std::vector<Outcome> outcomes(law->entitlements().size());
  std::vector<Truth> trace(law->trace_size());
  const auto before = allocations.load();
  law->decide(known, day("2024-05-10"), outcomes);
  law->decide_traced(known, day("2024-05-10"), outcomes, trace);
  EXPECT_EQ(allocations.load(), before);
  const auto why = law->explain(0, known, day("2024-05-10"));
  EXPECT_GT(allocations.load(), before) << "the counter counts";
}

}  // namespace
}  // namespace remedium::law
