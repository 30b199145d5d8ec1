// law/schema/pack.schema.json accepts every pack on disk, and each of its rules bites. The loader's own checks are
// tested in law_test.cpp: the schema is for editors, and for packs that are written elsewhere.

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace remedium::law {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

const fs::path law_folder = fs::path(REMEDIUM_SOURCE_DIR) / "law";

std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// YAML's core types, as an editor sees them; what is in quotation marks stays text.
json::value to_json(const YAML::Node& node) {
  if (node.IsMap()) {
    json::object object;
    for (const auto& item : node) object[item.first.Scalar()] = to_json(item.second);
    return object;
  }
  if (node.IsSequence()) {
    json::array array;
    for (const auto& item : node) array.push_back(to_json(item));
    return array;
  }
  if (!node.IsScalar()) return nullptr;
  const auto& text = node.Scalar();
  if (node.Tag() == "!") return json::value(text);
  if (text == "true") return true;
  if (text == "false") return false;
  return json::value(text);
}

const valijson::Schema& pack_schema() {
  static const auto schema = [] {
    auto parsed = std::make_unique<valijson::Schema>();
    const auto document = json::parse(read(law_folder / "schema/pack.schema.json"));
    valijson::SchemaParser(valijson::SchemaParser::kDraft7)
        .populateSchema(valijson::adapters::BoostJsonAdapter(document), *parsed);
    return parsed;
  }();
  return *schema;
}

/// Empty where `document` is sound; else where it is not.
std::string fault(const json::value& document) {
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(pack_schema(), valijson::adapters::BoostJsonAdapter(document), &results)) return {};
  std::string text;
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    for (const auto& step : error.context) text += step;
    text += ": " + error.description + "\n";
  }
  return text.empty() ? "refused" : text;
}

TEST(PackSchema, AcceptsEveryPackOnDisk) {
  int seen = 0;
  for (const auto& entry : fs::directory_iterator(law_folder)) {
    if (!fs::exists(entry.path() / "pack.yaml")) continue;
    EXPECT_EQ(fault(to_json(YAML::Load(read(entry.path() / "pack.yaml")))), "") << entry.path();
    ++seen;
  }
  EXPECT_GE(seen, 5);
}

constexpr std::string_view sound_pack = R"(pack: xx
title: A country of the tests
level: national
countries: [FR]
counting: inclusive
missing_day: next_month_first
reviewed_by: null
provisions:
  one: { instrument: The Act, cite: s. 1, research: [F1], confidence: verified }
parameters:
  length: { unit: length, values: [ { value: 30d, from: 2023-01-01, status: in_force, provision: one } ] }
definitions:
  child: { title: A child, provision: one, when: { before: [today, { add: [person.birth_date, 18y] }] } }
entitlements:
  d.right:
    title: A right
    measure: 4(d)
    component: procedural
    force: must
    duty_bearer: The ministry
    provisions: [one]
    delivered_by: step
    versions:
      - status: in_force
        provision: one
        when: { all: [ { stage: [presumed] }, { not: { definition: child } } ] }
        exceptions: [ { label: danger, when: { danger: true }, effect: denies, provision: one } ]
        period: { start: grounds.on, end: { later_of: [ { add: [start, { parameter: length }] }, conclusive.on ] } }
        bars: [ { kind: no_removal, phase: recovery, provision: one } ]
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
        criteria: [ { label: residence, column: residence, judged_at: incident, when: { resident: true }, provision: one } ]
)";

TEST(PackSchema, AcceptsASoundPack) {
  EXPECT_EQ(fault(to_json(YAML::Load(std::string(sound_pack)))), "");
}

struct Change {
  const char* from;
  const char* to;
};
class PackSchemaRefuses : public testing::TestWithParam<Change> {};
TEST_P(PackSchemaRefuses, WhatIsNotAPack) {
  std::string text(sound_pack);
  const auto at = text.find(GetParam().from);
  ASSERT_NE(at, std::string::npos) << GetParam().from;
  text.replace(at, std::string_view(GetParam().from).size(), GetParam().to);
  EXPECT_NE(fault(to_json(YAML::Load(text))), "") << "accepted: " << GetParam().to;
}
INSTANTIATE_TEST_SUITE_P(
    Each, PackSchemaRefuses,
    testing::Values(Change{"pack: xx", "pack: XX"}, Change{"title: A country", "colour: blue\ntitle: A country"},
                    Change{"level: national", "level: regional"}, Change{"[FR]", "[France]"},
                    Change{"counting: inclusive\n", ""}, Change{"missing_day: next_month_first", "missing_day: never"},
                    Change{"cite: s. 1, ", ""}, Change{"research: [F1]", "research: []"},
                    Change{"confidence: verified", "confidence: sure"}, Change{"unit: length", "unit: size"},
                    Change{"from: 2023-01-01", "from: 1 May"},
                    Change{"title: A child, provision: one", "title: A child"},
                    Change{"{ before: [today,", "{ before: [today, today,"}, Change{"18y", "18 years"},
                    Change{"d.right:", "right:"}, Change{"measure: 4(d)", "measure: 4(m)"},
                    Change{"component: procedural", "component: kindness"}, Change{"force: must", "force: ought"},
                    Change{"delivered_by: step", "delivered_by: hope"}, Change{"provisions: [one]", "provisions: []"},
                    Change{"status: in_force\n        provision: one\n        when", "status: in_force\n        when"},
                    Change{"[ { stage: [presumed] },", "[ { stage: [] },"},
                    Change{"{ stage: [presumed] }", "{ stage: presumed, danger: true }"},
                    Change{"{ stage: [presumed] }", "{ all: [] }"}, Change{"effect: denies", "effect: doubts"},
                    Change{"label: danger, ", ""}, Change{"start: grounds.on", "begin: grounds.on"},
                    Change{"kind: no_removal", "kind: no_entry"}, Change{"route: state_fund", "route: lottery"},
                    Change{"    route: state_fund\n", ""}, Change{"column: residence", "column: shoes"},
                    Change{"judged_at: incident", "judged_at: noon"}, Change{"{ later_of: [", "{ latest_of: ["}));

}  // namespace
}  // namespace remedium::law
