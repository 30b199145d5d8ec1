// Facts as anybody may send them. Either refused with a code and a next step, or the law of the land is decided from
// them, and what was read says the same when it is written and read again.

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "law/law.h"

namespace {

using namespace remedium;

std::string read(const std::string& path) {
  std::ifstream in(std::string(REMEDIUM_SOURCE_DIR) + "/law/" + path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

const law::FactSchema& schema() {
  static const auto one = law::FactSchema::parse(read("schema/facts.yaml"), "schema/facts.yaml").value();
  return one;
}

const law::LawSet& gb() {
  static const auto one = [] {
    const std::vector<law::PackSource> sources{
        {"un", read("un/pack.yaml")}, {"coe", read("coe/pack.yaml")}, {"gb", read("gb/pack.yaml")}};
    return law::LawSet::compile(schema(), sources, "gb").value();
  }();
  return one;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto facts = law::parse_facts(schema(), {reinterpret_cast<const char*>(data), size});
  if (!facts) {
    require(!facts.error().code.empty() && !facts.error().message.empty() && !facts.error().next.empty());
    return 0;
  }
  law::Facts again;
  for (law::FactId id = 0; id < schema().size(); ++id) {
    if (facts->known(id)) {
      require(law::set_fact(schema(), again, schema()[id].name, law::fact_text(schema(), *facts, id)).has_value());
    }
  }
  require(law::check_facts(schema(), again).has_value());
  for (law::FactId id = 0; id < schema().size(); ++id) {
    require(law::fact_text(schema(), again, id) == law::fact_text(schema(), *facts, id));
  }
  require(!law::decision_json(gb(), *facts, *base::Date::parse("2024-05-10"), true).empty());
  return 0;
}
