// Workbooks of Office Open XML (ECMA-376): as much of .xlsx as a table of cases needs.
#pragma once

#include <memory>

#include "exchange/source.h"

namespace remedium::exchange {

struct XlsxLimits {
  std::size_t max_file_bytes = std::size_t{32} << 20U;
  std::size_t max_part_bytes = std::size_t{64} << 20U;  ///< of one part, unpacked, whatever its header says
  std::uint64_t max_ratio = 200;                        ///< unpacked to packed, of a part over 1 MiB
  std::size_t max_parts = 1000;
  std::size_t max_columns = 1024;
};

/// The first sheet, or the one called `sheet`, as rows; blank rows are skipped, `line` is the row's number in the
/// sheet. Dates come as YYYY-MM-DD by their style, booleans as true and false, formulas as their stored value. Macros
/// and links are never looked at.
[[nodiscard]] base::Result<std::unique_ptr<RowSource>> open_xlsx(base::ByteView file, std::string_view sheet = {},
                                                                 XlsxLimits limits = {});

}  // namespace remedium::exchange
