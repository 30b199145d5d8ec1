// Search by misspelt name at 10,000 and 100,000 names: the second may take at most 1.5 times the first. The baseline
// reads every name. Names are made of syllables: 3,000 given names and 20,000 family names, drawn with a long tail as
// names are.

#include <benchmark/benchmark.h>

#include <cmath>
#include <map>
#include <memory>

#include "base/random.h"
#include "matching/names.h"

namespace {

using namespace remedium;

std::string word_of(std::uint64_t number) {
  base::SeededRandom random(number * 2654435761U + 17);
  static constexpr const char* syllables[] = {"ma",  "ri",  "fa", "tou", "kha", "led", "nu",  "gue", "so",  "len",
                                              "ka",  "rim", "ol", "xa",  "ne",  "dra", "vi",  "cho", "bo",  "tan",
                                              "shi", "ro",  "mu", "ham", "zi",  "ya",  "per", "lo",  "gun", "el"};
  std::string word;
  for (std::uint64_t left = 2 + random.below(3); left > 0; --left)
    word += syllables[random.below(std::size(syllables))];
  return word;
}

std::uint64_t long_tailed(base::SeededRandom& random, std::uint64_t most) {
  const double share = static_cast<double>(random.below(1'000'000) + 1) / 1e6;
  return static_cast<std::uint64_t>(std::pow(static_cast<double>(most), share)) - 1;
}

struct Names {
  matching::NameIndex index;
  std::vector<std::string> all;
};

Names& names(std::size_t count) {
  static std::map<std::size_t, std::unique_ptr<Names>> made;
  auto& one = made[count];
  if (!one) {
    one = std::make_unique<Names>();
    base::SeededRandom random(7);
    for (std::size_t i = 0; i < count; ++i) {
      one->all.push_back(word_of(long_tailed(random, 3000)) + " " + word_of(5000 + long_tailed(random, 20'000)));
      one->index.put(base::CaseId::draw(random), std::span(&one->all.back(), 1));
    }
  }
  return *one;
}

std::string misspelt(const std::string& name, base::SeededRandom& random) {
  std::string out = name;
  std::swap(out[1 + random.below(out.size() - 3)], out[out.size() / 2]);
  out.erase(random.below(out.size()), 1);
  return out;
}

void search(benchmark::State& state) {
  Names& held = names(static_cast<std::size_t>(state.range(0)));
  base::SeededRandom random(11);
  std::size_t found = 0;
  for (auto _ : state) {
    const auto hits = held.index.search(misspelt(held.all[random.below(held.all.size())], random), 20,
                                        [](const base::CaseId&) { return true; });
    found += hits.size();
  }
  state.counters["hits"] = static_cast<double>(found) / static_cast<double>(state.iterations());
  state.counters["bytes_a_name"] =
      static_cast<double>(held.index.memory_bytes()) / static_cast<double>(held.all.size());
}
BENCHMARK(search)->Arg(10'000)->Arg(100'000);

void search_out_of_scope(benchmark::State& state) {
  Names& held = names(static_cast<std::size_t>(state.range(0)));
  base::SeededRandom random(11);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        held.index.search(held.all[random.below(held.all.size())], 20, [](const base::CaseId&) { return false; }));
  }
}
BENCHMARK(search_out_of_scope)->Arg(10'000)->Arg(100'000);

void baseline_every_name(benchmark::State& state) {
  Names& held = names(static_cast<std::size_t>(state.range(0)));
  base::SeededRandom random(11);
  for (auto _ : state) {
    const std::string query = misspelt(held.all[random.below(held.all.size())], random);
    std::size_t near = 0;
    for (const std::string& name : held.all) near += matching::edit_distance(query, name, 2) <= 2;
    benchmark::DoNotOptimize(near);
  }
}
BENCHMARK(baseline_every_name)->Arg(10'000)->Arg(100'000);

void put(benchmark::State& state) {
  base::SeededRandom random(3);
  matching::NameIndex index;
  for (auto _ : state) {
    const std::string name = word_of(long_tailed(random, 3000)) + " " + word_of(5000 + long_tailed(random, 20'000));
    index.put(base::CaseId::draw(random), std::span(&name, 1));
  }
}
BENCHMARK(put)->Iterations(100'000);

}  // namespace
