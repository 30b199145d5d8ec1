// Comma-separated values (RFC 4180), strict and streaming: memory is one row and one chunk, whatever the file's size.
#pragma once

#include "exchange/source.h"

namespace remedium::exchange {

struct CsvLimits {
  std::size_t max_row_bytes = 1U << 20U;
  std::size_t max_field_bytes = 1U << 16U;
  std::size_t max_columns = 1024;
};

/// Reads fields, quoted or not, ended by CRLF or LF; drops a byte order mark; skips lines that are wholly empty. A
/// fault (a quote inside an unquoted field, text behind a closing quote, a quote that never closes, a lone CR, NUL,
/// text that is not UTF-8, a limit) costs its own row only: reading goes on at the next line.
class CsvReader final : public RowSource {
 public:
  explicit CsvReader(ByteSource& source, CsvLimits limits = {});
  [[nodiscard]] base::Result<RowStep> next(Row& row) override;
  [[nodiscard]] const Fault& fault() const override { return fault_; }

 private:
  enum class Scan : std::uint8_t { complete, more, fault };
  [[nodiscard]] Scan scan();
  [[nodiscard]] base::Status refill();
  RowStep fail(const char* code, const char* message, const char* next);
  void skip_line();

  ByteSource& source_;
  CsvLimits limits_;
  std::vector<char> buffer_;
  std::size_t start_ = 0;  ///< of the row being read
  std::size_t end_ = 0;    ///< behind the last byte held
  std::size_t after_ = 0;  ///< behind the row scanned
  std::uint64_t line_ = 1;
  std::uint64_t row_lines_ = 0;
  bool ended_ = false;
  bool skipping_ = false;  ///< inside a line too long to hold
  bool first_ = true;
  std::vector<std::string_view> cells_;
  struct Extent {
    std::size_t from;
    std::size_t size;
    bool doubled;  ///< holds "" to be read as "
  };
  std::vector<Extent> extents_;
  Fault fault_;
  const char* why_code_ = "";
  const char* why_message_ = "";
  const char* why_next_ = "";
};

}  // namespace remedium::exchange
