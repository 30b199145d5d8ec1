// CTDC rows a second on one core: unpacked, parsed, checked, encoded. The baseline only unpacks. Needs the CTDC file
// (licence class C), which is no part of the project.

#include <benchmark/benchmark.h>

#include <fstream>
#include <iterator>

#include "exchange/csv.h"
#include "exchange/ctdc.h"

namespace {

using namespace remedium::exchange;

const std::string& file() {
  static const std::string bytes = [] {
    std::ifstream in(REMEDIUM_SOURCE_DIR "/../shared/data/ctdc/ctdc_synthetic_2021.csv.gz", std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(in)), {});
  }();
  return bytes;
}

void ctdc_rows(benchmark::State& state) {
  if (file().empty()) return state.SkipWithError("the CTDC file is not here");
  std::int64_t rows = 0;
  for (auto _ : state) {
    MemorySource memory{std::string_view(file())};
    GzipSource gzip(memory);
    CsvReader reader(gzip);
    Row row;
    if (reader.next(row).value() != RowStep::row) return state.SkipWithError("no header");
    const auto layout = CtdcLayout::of_header(row).value();
    AnonymousCase one;
    std::vector<Fault> faults;
    while (reader.next(row).value() == RowStep::row) {
      if (!layout.read(row, 2024, one, faults)) return state.SkipWithError("fault");
      benchmark::DoNotOptimize(encode(one));
      ++rows;
    }
  }
  state.SetItemsProcessed(rows);
}
BENCHMARK(ctdc_rows)->Unit(benchmark::kMillisecond);

void baseline_unpack(benchmark::State& state) {
  if (file().empty()) return state.SkipWithError("the CTDC file is not here");
  std::vector<std::uint8_t> chunk(1U << 16U);
  for (auto _ : state) {
    MemorySource memory{std::string_view(file())};
    GzipSource gzip(memory);
    while (gzip.read(chunk).value() > 0) benchmark::DoNotOptimize(chunk.data());
  }
  state.SetItemsProcessed(state.iterations() * 193'026);
}
BENCHMARK(baseline_unpack)->Unit(benchmark::kMillisecond);

}  // namespace
