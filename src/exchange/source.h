// Where bytes and rows come from.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace remedium::exchange {

/// A stream of bytes: a file, standard input, an upload. One reader, one thread.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills up to `into.size()` (> 0) bytes and says how many; 0 at the end and ever after.
  [[nodiscard]] virtual base::Result<std::size_t> read(std::span<std::uint8_t> into) = 0;
};

/// Bytes held by the caller, who keeps them alive.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(base::ByteView bytes) : bytes_(bytes) {}
  explicit MemorySource(std::string_view text) : bytes_(base::bytes_of(text)) {}
  [[nodiscard]] base::Result<std::size_t> read(std::span<std::uint8_t> into) override;

 private:
  base::ByteView bytes_;
};

struct GzipLimits {
  std::uint64_t max_bytes = std::uint64_t{8} << 30U;  ///< unpacked
  std::uint64_t max_ratio = 250;  ///< unpacked to packed, once past `ratio_from`; deflate itself reaches 1032
  std::uint64_t ratio_from = std::uint64_t{16} << 20U;
};

/// Unpacks gzip (RFC 1952, several members too) where the first two bytes say so, and hands on anything else as it is.
/// Refuses a bomb ("unpacks_too_large") and a file cut short or damaged ("gzip_damaged").
class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(ByteSource& inner, GzipLimits limits = {});
  ~GzipSource() override;
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;
  [[nodiscard]] base::Result<std::size_t> read(std::span<std::uint8_t> into) override;
  /// Bytes taken from the inner source: what a progress bar of the file's own size needs.
  [[nodiscard]] std::uint64_t packed_bytes() const { return packed_; }
  /// FNV-1a over the first 64 KiB of the inner source: tells two files apart by accident, not against malice.
  [[nodiscard]] std::uint64_t head_digest() const { return digest_; }

 private:
  [[nodiscard]] base::Status fill();

  ByteSource& inner_;
  GzipLimits limits_;
  std::vector<std::uint8_t> input_;
  std::size_t from_ = 0;
  std::size_t until_ = 0;
  std::uint64_t packed_ = 0;
  std::uint64_t unpacked_ = 0;
  std::uint64_t digest_ = 0xcbf29ce484222325ULL;
  std::uint64_t digested_ = 0;
  bool inner_ended_ = false;
  bool started_ = false;
  bool gzip_ = false;
  bool member_ended_ = false;
  z_stream stream_{};
};

/// Everything a source holds, or "file_too_large" where it is more than `max_bytes`.
[[nodiscard]] base::Result<base::Bytes> read_all(ByteSource& source, std::size_t max_bytes);

/// What is wrong with one row. Never holds the text of a cell: a report may leave the office.
struct Fault {
  std::uint64_t line = 0;  ///< of the file for CSV, of the sheet for XLSX, the record's number for JSON; from 1
  std::string column;      ///< its header; empty where the whole row is meant
  std::string code;
  std::string message;
  std::string rule;
  std::string next;
};

[[nodiscard]] Fault fault_of(std::uint64_t line, const base::Error& error);
/// {"faults":[{"line":…,"column":…,"code":…,"message":…,"rule":…,"next":…}, …]}
[[nodiscard]] std::string faults_json(std::span<const Fault> faults);
/// The same as CSV with a header. A cell that a spreadsheet would run as a formula is led by an apostrophe.
[[nodiscard]] std::string faults_csv(std::span<const Fault> faults);
[[nodiscard]] std::string csv_cell(std::string_view text);

/// One row of a table. The cells live until the next call of the source.
struct Row {
  std::uint64_t line = 0;  ///< where it starts; from 1
  std::span<const std::string_view> cells;
};

enum class RowStep : std::uint8_t {
  row,    ///< `row` holds the next row
  fault,  ///< the row at `fault().line` cannot be read; the next call goes on after it
  end
};

/// A table read from first row to last: CSV or a sheet of a workbook.
class RowSource {
 public:
  virtual ~RowSource() = default;
  /// An error is one that no later row survives (the disk, a bomb).
  [[nodiscard]] virtual base::Result<RowStep> next(Row& row) = 0;
  [[nodiscard]] virtual const Fault& fault() const = 0;
};

}  // namespace remedium::exchange
