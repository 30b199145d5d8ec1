// How fast the law answers: every national pack on disk, with its baselines, on one core.
//
// `decide` fills the outcome of every entitlement; `decide_traced` also the value of every node of every condition,
// which is the whole explanation in its raw form; `explain` makes the words of every entitlement; `decision_json` the
// document that is served. The baseline of all is `copy_facts`: what it costs only to hand one case's facts over. A
// profile each: little known (a first contact), and a case far along.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

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

template <class T>
T or_die(base::Result<T> result) {
  if (result) return std::move(*result);
  std::cerr << result.error().message << '\n';
  std::exit(1);
}

const fs::path law_folder = fs::path(REMEDIUM_SOURCE_DIR) / "law";

const FactSchema& schema() {
  static const FactSchema one = or_die(FactSchema::parse(read(law_folder / "schema/facts.yaml"), "schema/facts.yaml"));
  return one;
}

const std::vector<PackSource>& sources() {
  static const auto all = [] {
    std::vector<PackSource> found;
    for (const auto& entry : fs::directory_iterator(law_folder)) {
      if (!fs::exists(entry.path() / "pack.yaml")) continue;
      found.push_back({entry.path().filename().string() + "/pack.yaml", read(entry.path() / "pack.yaml")});
    }
    return found;
  }();
  return all;
}

const LawSet& law() {
  static const LawSet one = or_die(LawSet::compile(schema(), sources(), "gb"));
  return one;
}

const auto on = *base::Date::parse("2024-05-20");

Facts facts_of(std::int64_t profile) {
  return or_die(parse_facts(schema(), profile == 0
                                          ? R"({"contact.first_on":"2024-05-01","identification.stage":"presumed"})"
                                          : R"({"contact.first_on":"2024-05-01","person.birth_date":"1990-02-28",
      "person.age_statement":"adult","person.nationalities":["VN"],"person.immigration_status":"irregular","person.in_territory":true,
      "identification.stage":"conclusive","identification.reasonable_grounds_on":"2024-05-03","identification.conclusive_on":"2024-05-18",
      "consent.identification":true,"consent.referral":true,"exploitation.forms":["forced_labour"],"exploitation.countries":["GB"],
      "cooperation.status":"cooperates","compensation.sought":true,"exception.public_order":false,"exception.bad_faith":false})"));
}

void count(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations());
  state.counters["entitlements"] = static_cast<double>(law().entitlements().size());
}

void copy_facts(benchmark::State& state) {
  const auto facts = facts_of(state.range(0));
  for (auto _ : state) {
    auto copy = facts;
    benchmark::DoNotOptimize(copy);
  }
  count(state);
}

void decide(benchmark::State& state) {
  const auto facts = facts_of(state.range(0));
  std::vector<Outcome> outcomes(law().entitlements().size());
  for (auto _ : state) {
    law().decide(facts, on, outcomes);
    benchmark::DoNotOptimize(outcomes.data());
  }
  count(state);
}

void decide_traced(benchmark::State& state) {
  const auto facts = facts_of(state.range(0));
  std::vector<Outcome> outcomes(law().entitlements().size());
  std::vector<Truth> trace(law().trace_size());
  for (auto _ : state) {
    law().decide_traced(facts, on, outcomes, trace);
    benchmark::DoNotOptimize(trace.data());
  }
  count(state);
}

void explain_all(benchmark::State& state) {
  const auto facts = facts_of(state.range(0));
  for (auto _ : state) {
    for (std::size_t i = 0; i < law().entitlements().size(); ++i) benchmark::DoNotOptimize(law().explain(i, facts, on));
  }
  count(state);
}

void json(benchmark::State& state, bool with_reasons) {
  const auto facts = facts_of(state.range(0));
  std::size_t bytes = 0;
  for (auto _ : state) {
    const auto text = decision_json(law(), facts, on, with_reasons);
    bytes = text.size();
    benchmark::DoNotOptimize(text.data());
  }
  count(state);
  state.counters["bytes"] = static_cast<double>(bytes);
}

void compile(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(LawSet::compile(schema(), sources(), "gb"));
  count(state);
}

BENCHMARK(copy_facts)->Arg(0)->Arg(1);
BENCHMARK(decide)->Arg(0)->Arg(1);
BENCHMARK(decide_traced)->Arg(0)->Arg(1);
BENCHMARK(explain_all)->Arg(0)->Arg(1);
BENCHMARK_CAPTURE(json, plain, false)->Arg(0)->Arg(1);
BENCHMARK_CAPTURE(json, explained, true)->Arg(0)->Arg(1);
BENCHMARK(compile)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace remedium::law
