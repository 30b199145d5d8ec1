// Any bytes as a CSV file, packed or not, read as CTDC and as HTCDS. Every fault has a code and a next step; a record
// that is read comes back from its binary form.

#include <cstdlib>

#include "exchange/csv.h"
#include "exchange/ctdc.h"
#include "exchange/htcds.h"

namespace {

using namespace remedium;
using namespace remedium::exchange;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const std::vector<Fault>& faults) {
  for (const Fault& fault : faults)
    require(!fault.code.empty() && !fault.message.empty() && !fault.next.empty() && fault.line > 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  {
    MemorySource memory(base::ByteView{data, size});
    GzipSource gzip(memory, {.max_bytes = 1U << 22U});
    CsvReader reader(gzip, {.max_row_bytes = 4096, .max_field_bytes = 512, .max_columns = 64});
    std::optional<CtdcLayout> layout;
    Row row;
    for (auto step = reader.next(row); step && *step != RowStep::end; step = reader.next(row)) {
      std::vector<Fault> faults;
      if (*step == RowStep::fault) {
        check({reader.fault()});
      } else if (!layout) {
        auto made = CtdcLayout::of_header(row);
        if (!made) break;
        layout = std::move(*made);
      } else if (AnonymousCase one; layout->read(row, 2024, one, faults)) {
        require(decode_anonymous_case(encode(one)).value() == one);
      } else {
        require(!faults.empty());
        check(faults);
      }
    }
  }
  MemorySource memory(base::ByteView{data, size});
  const auto reader = HtcdsReader::open(memory, {.today = base::Date(19'000)});
  if (!reader) {
    require(!reader.error().code.empty() && !reader.error().next.empty());
    return 0;
  }
  std::vector<Fault> faults;
  ImportedCase one;
  for (auto step = (*reader)->next(one, faults); step && *step != RowStep::end; step = (*reader)->next(one, faults)) {
    if (*step == RowStep::row) require(!one.records.empty());
  }
  check(faults);
  return 0;
}
