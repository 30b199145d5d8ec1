// Any bytes as a workbook: rows or a refusal with a code and a next step, and never more memory than the limits allow.

#include <cstdlib>

#include "exchange/xlsx.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace remedium::exchange;
  const auto rows = open_xlsx({data, size}, {}, {.max_part_bytes = 1U << 20U});
  if (!rows) {
    if (rows.error().code.empty() || rows.error().next.empty()) std::abort();
    return 0;
  }
  Row row;
  while ((*rows)->next(row).value() == RowStep::row) {
    if (row.line == 0 && row.cells.empty()) std::abort();
  }
  return 0;
}
