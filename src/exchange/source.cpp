#include "exchange/source.h"

#include <algorithm>
#include <cstring>

#include "base/json.h"

namespace remedium::exchange {

namespace {

constexpr std::size_t chunk = 1U << 16U;

base::Error error(base::ErrorKind kind, const char* code, const char* message, const char* rule, const char* next) {
  return {kind, code, message, rule, next, ""};
}

}  // namespace

base::Result<std::size_t> MemorySource::read(std::span<std::uint8_t> into) {
  const std::size_t size = std::min(into.size(), bytes_.size());
  if (size > 0) std::memcpy(into.data(), bytes_.data(), size);
  bytes_ = bytes_.subspan(size);
  return size;
}

GzipSource::GzipSource(ByteSource& inner, GzipLimits limits) : inner_(inner), limits_(limits), input_(chunk) {}

GzipSource::~GzipSource() {
  if (gzip_) inflateEnd(&stream_);
}

base::Status GzipSource::fill() {
  from_ = 0;
  TRY(until_, inner_.read(input_));
  if (until_ == 0) inner_ended_ = true;
  packed_ += until_;
  for (std::size_t i = 0; i < until_ && digested_ < chunk; ++i, ++digested_) {
    digest_ = (digest_ ^ input_[i]) * 0x100000001b3ULL;
  }
  return {};
}

base::Result<std::size_t> GzipSource::read(std::span<std::uint8_t> into) {
  if (!started_) {
    started_ = true;
    TRY_STATUS(fill());
    if (until_ == 1) {  // a pipe may give one byte at a time: the magic needs two
      TRY(const std::size_t more, inner_.read(std::span(input_).subspan(1)));
      until_ += more;
      packed_ += more;
    }
    if (until_ >= 2 && input_[0] == 0x1f && input_[1] == 0x8b) {
      if (inflateInit2(&stream_, 15 + 16) != Z_OK) {
        return base::fail(error(base::ErrorKind::unavailable, "out_of_memory",
                                "There is no memory left to unpack the file.", "RFC 1952",
                                "Free memory and start again: the import goes on where it stopped."));
      }
      gzip_ = true;
    }
  }
  if (!gzip_) {
    if (from_ == until_ && !inner_ended_) TRY_STATUS(fill());
    const std::size_t size = std::min(into.size(), until_ - from_);
    if (size > 0) std::memcpy(into.data(), input_.data() + from_, size);
    from_ += size;
    return size;
  }
  const auto damaged = [] {
    return base::fail(error(base::ErrorKind::invalid_input, "gzip_damaged", "The packed file is damaged or cut short.",
                            "RFC 1952", "Fetch the file again; `gzip -t FILE` tells whether it is whole."));
  };
  while (true) {
    if (from_ == until_ && !inner_ended_) TRY_STATUS(fill());
    if (from_ == until_) {
      if (member_ended_) return std::size_t{0};
      return damaged();
    }
    if (member_ended_) {  // another member follows (RFC 1952 2.2)
      if (inflateReset(&stream_) != Z_OK) return damaged();
      member_ended_ = false;
    }
    stream_.next_in = input_.data() + from_;
    stream_.avail_in = static_cast<uInt>(until_ - from_);
    stream_.next_out = into.data();
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(into.size(), 1U << 30U));
    const uInt room = stream_.avail_out;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    from_ = until_ - stream_.avail_in;
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return damaged();
    member_ended_ = status == Z_STREAM_END;
    const std::size_t got = room - stream_.avail_out;
    unpacked_ += got;
    if (unpacked_ > limits_.max_bytes || (unpacked_ > limits_.ratio_from && unpacked_ / limits_.max_ratio > packed_)) {
      return base::fail(error(
          base::ErrorKind::too_large, "unpacks_too_large", "The packed file unpacks to far more than a table of cases.",
          "DESIGN: limits on everything", "Unpack it yourself, look at it, and import the part you need."));
    }
    if (got > 0) return got;
  }
}

base::Result<base::Bytes> read_all(ByteSource& source, std::size_t max_bytes) {
  base::Bytes bytes;
  while (true) {
    const std::size_t have = bytes.size();
    bytes.resize(have + chunk);
    TRY(const std::size_t got, source.read(std::span(bytes).subspan(have)));
    bytes.resize(have + got);
    if (got == 0) return bytes;
    if (bytes.size() > max_bytes) {
      return base::fail(error(base::ErrorKind::too_large, "file_too_large",
                              "The file is larger than an import takes in this format.", "DESIGN: limits on everything",
                              "Split it, or save it as CSV, which has no such limit."));
    }
  }
}

Fault fault_of(std::uint64_t line, const base::Error& from) {
  return {line, from.field, from.code, from.message, from.rule, from.next};
}

std::string faults_json(std::span<const Fault> faults) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("faults").begin_array();
  for (const Fault& fault : faults) {
    json.begin_object();
    json.field("line", static_cast<std::int64_t>(fault.line)).field("column", fault.column).field("code", fault.code);
    json.field("message", fault.message).field("rule", fault.rule).field("next", fault.next).end_object();
  }
  json.end_array().end_object();
  return out;
}

std::string csv_cell(std::string_view text) {
  std::string cell(text);
  // A leading =, +, -, @, tab or CR makes a spreadsheet run the cell (OWASP, CSV injection).
  if (!cell.empty() && std::string_view("=+-@\t\r").contains(cell.front())) cell.insert(cell.begin(), '\'');
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string faults_csv(std::span<const Fault> faults) {
  std::string out = "line,column,code,message,rule,next\r\n";
  for (const Fault& fault : faults) {
    out += std::to_string(fault.line);
    for (const std::string* text : {&fault.column, &fault.code, &fault.message, &fault.rule, &fault.next})
      out += ',' + csv_cell(*text);
    out += "\r\n";
  }
  return out;
}

}  // namespace remedium::exchange
