#include "exchange/xlsx.h"

#include <unzip.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <pugixml.hpp>

#include "base/date.h"
#include "base/text.h"

namespace remedium::exchange {

namespace {

constexpr const char* format = "ECMA-376 (Office Open XML)";

base::Error broken() {
  return {base::ErrorKind::invalid_input,
          "xlsx_damaged",
          "The file is not a workbook that can be read.",
          format,
          "Open it in a spreadsheet program, save it again as .xlsx without a password, or save it as CSV.",
          ""};
}

base::Error too_large() {
  return {base::ErrorKind::too_large,
          "xlsx_too_large",
          "The workbook unpacks to more than an import takes.",
          "DESIGN: limits on everything",
          "Save the sheet as CSV, which has no such limit.",
          ""};
}

// minizip's file functions over bytes in memory.
struct Memory {
  base::ByteView bytes;
  ZPOS64_T at = 0;
};
voidpf open_memory(voidpf opaque, const void*, int) {
  return opaque;
}
uLong read_memory(voidpf opaque, voidpf, void* into, uLong size) {
  auto& memory = *static_cast<Memory*>(opaque);
  const auto got = static_cast<uLong>(std::min<ZPOS64_T>(size, memory.bytes.size() - memory.at));
  if (got > 0) std::memcpy(into, memory.bytes.data() + memory.at, got);
  memory.at += got;
  return got;
}
ZPOS64_T tell_memory(voidpf opaque, voidpf) {
  return static_cast<Memory*>(opaque)->at;
}
long seek_memory(voidpf opaque, voidpf, ZPOS64_T offset, int origin) {
  auto& memory = *static_cast<Memory*>(opaque);
  const ZPOS64_T base = origin == ZLIB_FILEFUNC_SEEK_CUR   ? memory.at
                        : origin == ZLIB_FILEFUNC_SEEK_END ? memory.bytes.size()
                                                           : 0;
  if (offset > memory.bytes.size() || base + offset > memory.bytes.size()) return -1;
  memory.at = base + offset;
  return 0;
}
int close_memory(voidpf, voidpf) {
  return 0;
}

class Zip {
 public:
  Zip(base::ByteView bytes, const XlsxLimits& limits) : limits_(limits) {
    memory_.bytes = bytes;
    zlib_filefunc64_def functions{};
    functions.zopen64_file = open_memory;
    functions.zread_file = read_memory;
    functions.ztell64_file = tell_memory;
    functions.zseek64_file = seek_memory;
    functions.zclose_file = close_memory;
    functions.zerror_file = close_memory;
    functions.opaque = &memory_;
    file_ = unzOpen2_64("", &functions);
  }
  ~Zip() {
    if (file_ != nullptr) unzClose(file_);
  }
  Zip(const Zip&) = delete;
  Zip& operator=(const Zip&) = delete;

  [[nodiscard]] base::Status check() const {
    unz_global_info64 info{};
    if (file_ == nullptr || unzGetGlobalInfo64(file_, &info) != UNZ_OK) return base::fail(broken());
    if (info.number_entry > limits_.max_parts) return base::fail(too_large());
    return {};
  }

  /// The part's bytes; empty where there is no such part and it is not `required`.
  [[nodiscard]] base::Result<std::string> part(const std::string& path, bool required) {
    if (unzLocateFile(file_, path.c_str(), 1) != UNZ_OK) {
      if (required) return base::fail(broken());
      return std::string();
    }
    unz_file_info64 info{};
    if (unzGetCurrentFileInfo64(file_, &info, nullptr, 0, nullptr, 0, nullptr, 0) != UNZ_OK)
      return base::fail(broken());
    if ((info.flag & 1U) != 0 || unzOpenCurrentFile(file_) != UNZ_OK) return base::fail(broken());
    std::string out;
    int got = 0;
    do {
      const std::size_t have = out.size();
      out.resize(have + (1U << 16U));
      got = unzReadCurrentFile(file_, out.data() + have, 1U << 16U);
      out.resize(have + static_cast<std::size_t>(std::max(got, 0)));
      const bool bomb = out.size() > (1U << 20U) && out.size() / limits_.max_ratio > info.compressed_size;
      if (out.size() > limits_.max_part_bytes || bomb) {
        unzCloseCurrentFile(file_);
        return base::fail(too_large());
      }
    } while (got > 0);
    if (unzCloseCurrentFile(file_) != UNZ_OK || got < 0) return base::fail(broken());
    return out;
  }

 private:
  Memory memory_;
  const XlsxLimits& limits_;
  unzFile file_ = nullptr;
};

base::Status parse(pugi::xml_document& document, const std::string& bytes) {
  if (!document.load_buffer(bytes.data(), bytes.size(), pugi::parse_default | pugi::parse_ws_pcdata,
                            pugi::encoding_utf8))
    return base::fail(broken());
  return {};
}

std::string_view local(std::string_view name) {
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(const pugi::xml_node& node, std::string_view name) {
  for (const auto& one : node.children()) {
    if (local(one.name()) == name) return one;
  }
  return {};
}

/// The text of a string item: its runs, without phonetic hints (18.4.8).
std::string item_text(const pugi::xml_node& item) {
  std::string out;
  for (const auto& one : item.children()) {
    if (local(one.name()) == "t") out += one.child_value();
    if (local(one.name()) == "r") out += child(one, "t").child_value();
  }
  return out;
}

bool is_date_format(unsigned id, std::string_view code) {
  if ((id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58)) return true;  // 18.8.30
  bool quoted = false, bracket = false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == '[' || c == ']') {
      bracket = c == '[';
    } else if (!quoted && !bracket && (c == 'd' || c == 'D' || c == 'y' || c == 'Y')) {
      return true;
    }
  }
  return false;
}

std::vector<bool> date_styles(const pugi::xml_node& sheet) {
  std::vector<std::pair<unsigned, std::string>> formats;
  for (const auto& one : child(sheet, "numFmts").children())
    formats.emplace_back(one.attribute("numFmtId").as_uint(), one.attribute("formatCode").value());
  std::vector<bool> dates;
  for (const auto& one : child(sheet, "cellXfs").children()) {
    const unsigned id = one.attribute("numFmtId").as_uint();
    const auto found = std::ranges::find(formats, id, &std::pair<unsigned, std::string>::first);
    dates.push_back(is_date_format(id, found == formats.end() ? std::string_view() : std::string_view(found->second)));
  }
  return dates;
}

/// A serial day number as a date. Day 60 of the 1900 system is a 29 February that never was (18.17.4.1).
std::string date_of_serial(std::string_view text, bool from_1904) {
  double serial = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), serial);
  if (ec != std::errc() || end != text.data() + text.size() || !(serial >= 1) || serial > 2'958'465)
    return std::string(text);
  const auto days = static_cast<std::int32_t>(std::floor(serial));
  if (from_1904) return base::Date(days - 24107).str();
  return base::Date(days - (days < 60 ? 25568 : 25569)).str();
}

std::optional<std::size_t> column_of(std::string_view reference) {
  std::size_t column = 0;
  std::size_t i = 0;
  for (; i < reference.size() && reference[i] >= 'A' && reference[i] <= 'Z'; ++i) {
    column = column * 26 + static_cast<std::size_t>(reference[i] - 'A') + 1;
    if (column > 20'000) return std::nullopt;
  }
  if (i == 0) return std::nullopt;
  return column - 1;
}

class Sheet final : public RowSource {
 public:
  struct Line {
    std::uint64_t number;
    std::vector<std::string> cells;
  };
  explicit Sheet(std::vector<Line> lines) : lines_(std::move(lines)) {}
  base::Result<RowStep> next(Row& row) override {
    if (at_ == lines_.size()) return RowStep::end;
    const Line& line = lines_[at_++];
    cells_.assign(line.cells.begin(), line.cells.end());
    row = {line.number, cells_};
    return RowStep::row;
  }
  const Fault& fault() const override { return fault_; }

 private:
  std::vector<Line> lines_;
  std::vector<std::string_view> cells_;
  std::size_t at_ = 0;
  Fault fault_;
};

}  // namespace

base::Result<std::unique_ptr<RowSource>> open_xlsx(base::ByteView file, std::string_view sheet_name,
                                                   XlsxLimits limits) {
  if (file.size() > limits.max_file_bytes) return base::fail(too_large());
  Zip zip(file, limits);
  TRY_STATUS(zip.check());
  pugi::xml_document workbook, relations, strings, styles, sheet;
  {
    TRY(const std::string bytes, zip.part("xl/workbook.xml", true));
    TRY_STATUS(parse(workbook, bytes));
    TRY(const std::string links, zip.part("xl/_rels/workbook.xml.rels", true));
    TRY_STATUS(parse(relations, links));
  }
  const auto root = workbook.document_element();
  const bool from_1904 = child(root, "workbookPr").attribute("date1904").as_bool();
  std::string relation;
  for (const auto& one : child(root, "sheets").children()) {
    if (!sheet_name.empty() && sheet_name != one.attribute("name").value()) continue;
    for (const auto& attribute : one.attributes()) {
      if (local(attribute.name()) == "id" && std::string_view(attribute.name()) != "id") relation = attribute.value();
    }
    break;
  }
  std::string path;
  for (const auto& one : relations.document_element().children()) {
    if (relation == one.attribute("Id").value()) path = one.attribute("Target").value();
  }
  if (path.empty()) {
    return base::invalid("", "no_such_sheet", "The workbook has no such sheet.", format,
                         "Name a sheet of the workbook, or leave the name out for the first.");
  }
  path = path.starts_with('/') ? path.substr(1) : "xl/" + path;
  if (!path.starts_with("xl/") || path.find("..") != std::string::npos) return base::fail(broken());

  std::vector<std::string> shared;
  {
    TRY(const std::string bytes, zip.part("xl/sharedStrings.xml", false));
    if (!bytes.empty()) {
      TRY_STATUS(parse(strings, bytes));
      for (const auto& item : strings.document_element().children()) shared.push_back(item_text(item));
      strings.reset();
    }
  }
  std::vector<bool> dates;
  {
    TRY(const std::string bytes, zip.part("xl/styles.xml", false));
    if (!bytes.empty()) {
      TRY_STATUS(parse(styles, bytes));
      dates = date_styles(styles.document_element());
    }
  }
  TRY(const std::string bytes, zip.part(path, true));
  TRY_STATUS(parse(sheet, bytes));
  std::vector<Sheet::Line> lines;
  std::uint64_t number = 0;
  for (const auto& row : child(sheet.document_element(), "sheetData").children()) {
    number = row.attribute("r").as_ullong(number + 1);
    Sheet::Line line{number, {}};
    bool any = false;
    std::size_t column = 0;
    for (const auto& cell : row.children()) {
      if (const auto given = column_of(cell.attribute("r").value())) column = *given;
      if (column >= limits.max_columns) return base::fail(too_large());
      const std::string_view type = cell.attribute("t").value();
      const std::string_view value = child(cell, "v").child_value();
      std::string text(value);
      if (type == "s") {
        std::size_t index = shared.size();
        std::from_chars(value.data(), value.data() + value.size(), index);
        if (index >= shared.size()) return base::fail(broken());
        text = shared[index];
      } else if (type == "inlineStr") {
        text = item_text(child(cell, "is"));
      } else if (type == "b") {
        text = value == "1" ? "true" : "false";
      } else if (type == "d") {
        text = value.substr(0, 10);
      } else if (type.empty() || type == "n") {
        const unsigned style = cell.attribute("s").as_uint();
        if (!value.empty() && style < dates.size() && dates[style]) text = date_of_serial(value, from_1904);
      }
      if (!base::is_utf8(text)) return base::fail(broken());
      if (!text.empty()) {
        any = true;
        if (line.cells.size() <= column) line.cells.resize(column + 1);
        line.cells[column] = std::move(text);
      }
      ++column;
    }
    if (any) lines.push_back(std::move(line));
  }
  return std::make_unique<Sheet>(std::move(lines));
}

}  // namespace remedium::exchange
