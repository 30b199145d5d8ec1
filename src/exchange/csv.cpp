#include "exchange/csv.h"

#include <array>
#include <cstring>

#include "base/text.h"

namespace remedium::exchange {

namespace {

constexpr std::size_t chunk = 1U << 16U;
constexpr const char* fix_quotes = "Put the whole field in double quotes and double each quote inside it.";

/// The bytes at which an unquoted field stops being plain.
constexpr std::array<bool, 256> special = [] {
  std::array<bool, 256> table{};
  for (const char c : {',', '"', '\n', '\r', '\0'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_ascii(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    if ((word & 0x8080808080808080ULL) != 0) return false;
  }
  for (; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) >= 0x80) return false;
  }
  return true;
}

}  // namespace

CsvReader::CsvReader(ByteSource& source, CsvLimits limits) : source_(source), limits_(limits) {}

base::Status CsvReader::refill() {
  if (start_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + start_, end_ - start_);
    end_ -= start_;
    start_ = 0;
  }
  if (buffer_.size() < end_ + chunk) buffer_.resize(end_ + chunk);
  std::size_t got = 0;
  {
    const std::span<char> room(buffer_.data() + end_, chunk);
    TRY(got, source_.read({reinterpret_cast<std::uint8_t*>(room.data()), room.size()}));
  }
  if (got == 0) ended_ = true;
  end_ += got;
  return {};
}

// Finds the row from `start_` on without touching the bytes, so that a fault can go back to the row's first line.
CsvReader::Scan CsvReader::scan() {
  const auto stop = [&](const char* code, const char* message, const char* next) {
    why_code_ = code;
    why_message_ = message;
    why_next_ = next;
    return Scan::fault;
  };
  extents_.clear();
  row_lines_ = 0;
  const char* data = buffer_.data();
  std::size_t at = start_;
  while (true) {
    if (extents_.size() == limits_.max_columns) {
      return stop("too_many_columns", "The row has more columns than an import takes.",
                  "Look for a missing quote or line end.");
    }
    Extent extent{at, 0, false};
    if (at < end_ && data[at] == '"') {
      extent.from = ++at;
      while (true) {
        if (at == end_) {
          if (!ended_) return Scan::more;
          return stop("quote_never_closes", "A quoted field begins in this row and never ends.", fix_quotes);
        }
        if (data[at] == '\0') return stop("nul_byte", "The row holds a NUL byte.", "Save the file as UTF-8 text.");
        if (data[at] == '\n') ++row_lines_;
        if (data[at] != '"') {
          ++at;
          continue;
        }
        if (at + 1 == end_ && !ended_) return Scan::more;
        if (at + 1 < end_ && data[at + 1] == '"') {
          extent.doubled = true;
          at += 2;
          continue;
        }
        break;
      }
      extent.size = at - extent.from;
      ++at;
      if (at < end_ && data[at] != ',' && data[at] != '\n' && data[at] != '\r') {
        return stop("text_behind_quote", "Text follows the closing quote of a field.", fix_quotes);
      }
    } else {
      while (at < end_ && !special[static_cast<unsigned char>(data[at])]) ++at;
      extent.size = at - extent.from;
      if (at < end_ && data[at] == '"')
        return stop("quote_inside", "A quote stands inside a field that is not quoted.", fix_quotes);
      if (at < end_ && data[at] == '\0')
        return stop("nul_byte", "The row holds a NUL byte.", "Save the file as UTF-8 text.");
    }
    if (at == end_ && !ended_) return Scan::more;
    if (extent.size > limits_.max_field_bytes) {
      return stop("field_too_long", "A field of the row is longer than an import takes.",
                  "Shorten it, or look for a missing quote.");
    }
    extents_.push_back(extent);
    if (at == end_) {
      after_ = at;
      return Scan::complete;
    }
    if (data[at] == ',') {
      ++at;
      if (at == end_ && !ended_) return Scan::more;
      continue;
    }
    if (data[at] == '\r') {
      if (at + 1 == end_ && !ended_) return Scan::more;
      if (at + 1 == end_ || data[at + 1] != '\n') {
        return stop("lone_carriage_return", "A carriage return stands without its line feed.",
                    "End lines with LF or CRLF (RFC 4180 2.1).");
      }
      ++at;
    }
    ++row_lines_;
    after_ = at + 1;
    return Scan::complete;
  }
}

RowStep CsvReader::fail(const char* code, const char* message, const char* next) {
  fault_ = {line_, "", code, message, "RFC 4180 2", next};
  return RowStep::fault;
}

void CsvReader::skip_line() {
  const void* feed = start_ < end_ ? std::memchr(buffer_.data() + start_, '\n', end_ - start_) : nullptr;
  skipping_ = feed == nullptr;
  if (skipping_) {
    start_ = end_;
    return;
  }
  start_ = static_cast<std::size_t>(static_cast<const char*>(feed) - buffer_.data()) + 1;
  ++line_;
}

base::Result<RowStep> CsvReader::next(Row& row) {
  if (first_) {
    first_ = false;
    while (!ended_ && end_ < 3) TRY_STATUS(refill());
    if (end_ >= 3 && std::memcmp(buffer_.data(), "\xEF\xBB\xBF", 3) == 0) start_ = 3;
  }
  while (true) {
    while (skipping_) {
      skip_line();
      if (!skipping_) break;
      if (ended_) {
        skipping_ = false;
        break;
      }
      TRY_STATUS(refill());
    }
    if (start_ == end_) {
      if (ended_) return RowStep::end;
      TRY_STATUS(refill());
      continue;
    }
    const Scan found = scan();
    if (found == Scan::more) {
      if (end_ - start_ <= limits_.max_row_bytes) {
        TRY_STATUS(refill());
        continue;
      }
      const RowStep step =
          fail("row_too_long", "The row is longer than an import takes.", "Look for a quote that is never closed.");
      skip_line();
      return step;
    }
    if (found == Scan::fault) {
      const RowStep step = fail(why_code_, why_message_, why_next_);
      skip_line();
      return step;
    }
    const std::string_view whole(buffer_.data() + start_, after_ - start_);
    if (!is_ascii(whole) && !base::is_utf8(whole)) {
      const RowStep step =
          fail("not_utf8", "The row is not well-formed UTF-8.", "Save the file as UTF-8 and import it again.");
      start_ = after_;
      line_ += row_lines_;
      return step;
    }
    const std::uint64_t first_line = line_;
    start_ = after_;
    line_ += row_lines_;
    if (extents_.size() == 1 && extents_[0].size == 0) continue;  // an empty line
    cells_.clear();
    for (const Extent& extent : extents_) {
      char* text = buffer_.data() + extent.from;
      std::size_t size = extent.size;
      if (extent.doubled) {
        size = 0;
        for (std::size_t i = 0; i < extent.size; ++i) {
          text[size++] = text[i];
          if (text[i] == '"') ++i;
        }
      }
      cells_.emplace_back(text, size);
    }
    row = {first_line, cells_};
    return RowStep::row;
  }
}

}  // namespace remedium::exchange
