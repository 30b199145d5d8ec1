#include "exchange/csv.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace remedium::exchange {
namespace {

/// Hands out one byte at a time, so that every boundary is met.
class Dripping final : public ByteSource {
 public:
  explicit Dripping(std::string_view text) : text_(text) {}
  base::Result<std::size_t> read(std::span<std::uint8_t> into) override {
    if (text_.empty()) return std::size_t{0};
    into[0] = static_cast<std::uint8_t>(text_[0]);
    text_.remove_prefix(1);
    return std::size_t{1};
  }

 private:
  std::string_view text_;
};

std::string spelled(ByteSource& source, CsvLimits limits = {}) {
  CsvReader reader(source, limits);
  std::string out;
  Row row;
  while (true) {
    const auto step = reader.next(row);
    if (!step) return out + "error:" + step.error().code;
    if (*step == RowStep::end) return out;
    if (*step == RowStep::fault) {
      out += std::to_string(reader.fault().line) + "!" + reader.fault().code + ";";
      continue;
    }
    out += std::to_string(row.line) + ":";
    for (const auto cell : row.cells) out += "[" + std::string(cell) + "]";
    out += ";";
  }
}

struct Example {
  std::string_view csv, spelled;
};

TEST(Csv, ReadsWhatTheRfcAllowsAndNamesTheLineOfWhatItDoesNot) {
  using namespace std::string_view_literals;
  const Example examples[] = {
      {"a,b\r\n1,2\r\n", "1:[a][b];2:[1][2];"},
      {"a,b\n1,", "1:[a][b];2:[1][];"},
      {"\xEF\xBB\xBF"
       "a\n\n\nb",
       "1:[a];4:[b];"},
      {"\"x,\"\"y\"\"\nz\",2\nq", "1:[x,\"y\"\nz][2];3:[q];"},
      {",,\n", "1:[][][];"},
      {"a\"b\nc\n", "1!quote_inside;2:[c];"},
      {"\"a\"b\nc\n", "1!text_behind_quote;2:[c];"},
      {"ok\n\"never\nclosed\n", "1:[ok];2!quote_never_closes;3:[closed];"},
      {"a\rb\nc", "1!lone_carriage_return;2:[c];"},
      {"\xff,b\nc", "1!not_utf8;2:[c];"},
      {"a\0b\nc"sv, "1!nul_byte;2:[c];"},
      {"", ""},
  };
  for (const Example& example : examples) {
    MemorySource whole(example.csv);
    EXPECT_EQ(spelled(whole), example.spelled) << example.csv;
    Dripping drops(example.csv);
    EXPECT_EQ(spelled(drops), example.spelled) << example.csv;
  }
}

TEST(Csv, LimitsCostTheirOwnRow) {
  MemorySource columns("1,2,3,4\nx\n");
  EXPECT_EQ(spelled(columns, {.max_columns = 3}), "1!too_many_columns;2:[x];");
  const std::string longer = std::string(300, 'a') + "\nx\n";
  MemorySource field(longer);
  EXPECT_EQ(spelled(field, {.max_field_bytes = 299}), "1!field_too_long;2:[x];");
  const std::string huge = "\"" + std::string(300'000, 'a') + "\nx\ny\n";
  MemorySource quote(huge);
  EXPECT_EQ(spelled(quote, {.max_row_bytes = 1000}), "1!row_too_long;2:[x];3:[y];");
}

std::string packed(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  std::string in(text);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(Gzip, UnpacksSeveralMembersAndHandsOnPlainText) {
  const std::string two = packed("a,b\n") + packed("1,2\n");
  MemorySource bytes(two);
  GzipSource gzip(bytes);
  EXPECT_EQ(spelled(gzip), "1:[a][b];2:[1][2];");
  Dripping drops(two);
  GzipSource dripping(drops);
  EXPECT_EQ(spelled(dripping), "1:[a][b];2:[1][2];");
  MemorySource plain("a\n");
  GzipSource through(plain);
  EXPECT_EQ(spelled(through), "1:[a];");
}

TEST(Gzip, RefusesABombAndACutFile) {
  const std::string bomb = packed(std::string(8U << 20U, 'x'));
  MemorySource bytes(bomb);
  GzipSource gzip(bytes, {.max_bytes = 1U << 20U});
  EXPECT_EQ(read_all(gzip, 1U << 30U).error().code, "unpacks_too_large");
  MemorySource again(bomb);
  GzipSource ratio(again, {.ratio_from = 1U << 20U});
  EXPECT_EQ(read_all(ratio, 1U << 30U).error().code, "unpacks_too_large");
  const std::string whole = packed("a,b\n1,2\n");
  MemorySource cut(std::string_view(whole).substr(0, whole.size() - 5));
  GzipSource broken(cut);
  EXPECT_EQ(read_all(broken, 1U << 20U).error().code, "gzip_damaged");
}

TEST(Faults, AreWrittenAsCsvThatNoSpreadsheetRuns) {
  EXPECT_EQ(csv_cell("=1+1"), "'=1+1");
  EXPECT_EQ(csv_cell("a \"b\", c"), "\"a \"\"b\"\", c\"");
  const Fault fault{7, "prs_Gender", "unknown_value", "It is not \"an option\".", "HTCDS 2.0", "Choose one, or none."};
  EXPECT_EQ(faults_csv({&fault, 1}),
            "line,column,code,message,rule,next\r\n7,prs_Gender,unknown_value,\"It is not \"\"an option\"\".\",HTCDS "
            "2.0,\"Choose one, or none.\"\r\n");
  EXPECT_EQ(
      faults_json({&fault, 1}),
      R"({"faults":[{"line":7,"column":"prs_Gender","code":"unknown_value","message":"It is not \"an option\".","rule":"HTCDS 2.0","next":"Choose one, or none."}]})");
}

}  // namespace
}  // namespace remedium::exchange
