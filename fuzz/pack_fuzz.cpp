// A pack as anybody may write it. Either every fault has a code and a next step, or it compiles and answers: with
// nothing known, and with its own text as its tests.

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "law/law.h"

namespace {

using namespace remedium;

const law::FactSchema& schema() {
  static const auto one = [] {
    std::ifstream in(REMEDIUM_SOURCE_DIR "/law/schema/facts.yaml");
    std::stringstream text;
    text << in.rdbuf();
    return law::FactSchema::parse(text.str(), "schema/facts.yaml").value();
  }();
  return one;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::vector<law::Problem> problems;
  const std::vector<law::PackSource> sources{{"pack.yaml", text}};
  (void)law::FactSchema::parse(text, "facts.yaml");
  for (const auto* name : {"gb", "un"}) {
    const auto law = law::LawSet::compile(schema(), sources, name, &problems);
    if (!law) {
      require(!law.error().code.empty());
      for (const auto& problem : problems) require(!problem.code.empty() && !problem.next.empty());
      continue;
    }
    require(!law::decision_json(*law, {}, *base::Date::parse("2024-05-10"), true).empty());
    (void)law::run_tests(*law, text, "pack.yaml");
  }
  return 0;
}
