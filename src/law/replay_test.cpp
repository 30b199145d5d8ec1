// The real packs over random cases: the same facts on the same day give the same answer by every way of asking.

#include <gtest/gtest.h>

#include <boost/json/value.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "base/random.h"
#include "law/law.h"

namespace remedium::law {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// A case that knows about half of what can be known, days around `on`. Not all of it need make sense.
Facts draw_facts(const FactSchema& schema, base::SeededRandom& random, base::Date on) {
  Facts facts;
  for (FactId id = 0; id < schema.size(); ++id) {
    if (random.below(2) == 0) continue;
    switch (schema[id].type) {
      case FactType::boolean:
        facts.set_boolean(id, random.below(2) == 0);
        break;
      case FactType::date:
        facts.set_date(id, on.plus_days(static_cast<std::int32_t>(random.below(14'000)) - 13'000));
        break;
      case FactType::code:
        facts.set_code(id, static_cast<unsigned>(random.below(schema[id].codes.size())));
        break;
      case FactType::code_list:
        facts.set_codes(id, random.next() & ((2ULL << (schema[id].codes.size() - 1)) - 1));
        break;
      case FactType::country_list:
        facts.set_countries(id, {*base::Country::parse("VN"), *base::Country::parse("FR")});
        break;
    }
  }
  return facts;
}

void check_one_case(const LawSet& law, const Facts& facts, base::Date on) {
  const auto count = law.entitlements().size();
  std::vector<Outcome> outcomes(count);
  std::vector<Outcome> traced(count);
  std::vector<Truth> trace(law.trace_size());
  law.decide(facts, on, outcomes);
  law.decide_traced(facts, on, traced, trace);
  const auto document =
      base::parse_json(decision_json(law, facts, on, true), {.max_bytes = 16U << 20U, .max_depth = 128});
  ASSERT_TRUE(document) << document.error().message;
  const auto& answers = document->as_object().at("entitlements").as_array();
  ASSERT_EQ(answers.size(), count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto why = law.explain(i, facts, on);
    ASSERT_EQ(outcomes[i].entitled, traced[i].entitled);
    ASSERT_EQ(outcomes[i].entitled, why.root.value);
    ASSERT_EQ(std::string_view(answers[i].at("status").as_string()), status_code(outcomes[i]));
    ASSERT_FALSE(outcomes[i].conflict && outcomes[i].entitled != Truth::unknown);
    ASSERT_LE(outcomes[i].start.earliest, outcomes[i].start.latest);
    ASSERT_LE(outcomes[i].end.earliest, outcomes[i].end.latest);
    for (const auto fact : why.missing) ASSERT_FALSE(facts.known(fact)) << law.schema()[fact].name;
    for (const auto fact : why.used) ASSERT_TRUE(facts.known(fact)) << law.schema()[fact].name;
  }
}

TEST(Replay, EveryWayOfAskingGivesTheSameAnswer) {
  const fs::path law_folder = fs::path(REMEDIUM_SOURCE_DIR) / "law";
  const auto schema = FactSchema::parse(read(law_folder / "schema/facts.yaml"), "schema/facts.yaml");
  ASSERT_TRUE(schema) << schema.error().message;
  std::vector<PackSource> sources;
  for (const auto& entry : fs::directory_iterator(law_folder)) {
    if (fs::exists(entry.path() / "pack.yaml"))
      sources.push_back({entry.path().filename().string(), read(entry.path() / "pack.yaml")});
  }
  base::SeededRandom random(4);
  for (const auto& source : sources) {
    const auto law = LawSet::compile(*schema, sources, source.file_name);
    ASSERT_TRUE(law) << law.error().message;
    for (int i = 0; i < 40; ++i) {
      const auto on = base::Date(18'000).plus_days(static_cast<std::int32_t>(random.below(2'500)));
      check_one_case(*law, draw_facts(*schema, random, on), on);
      if (HasFatalFailure()) FAIL() << source.file_name << " on " << on.str();
    }
  }
}

}  // namespace
}  // namespace remedium::law
