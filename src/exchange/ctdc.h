// Anonymous cases of the Counter-Trafficking Data Collaborative (IOM): the global synthetic layout of 2021 (37 columns)
// and the k-anonymised one (63). Codebook: "CTDCk codebook v7", "Codebook CTDC global synthetic data v2024".
//
// Blank means "not recorded", never "no": each flag is yes, no or not recorded.
#pragma once

#include <array>
#include <optional>

#include "base/codes.h"
#include "exchange/source.h"

namespace remedium::exchange {

enum class CtdcSex : std::uint8_t { not_recorded, female, male, transgender_or_nonconforming };
enum class CtdcAgeBand : std::uint8_t {
  not_recorded,
  a0_8,
  a9_17,
  a18_20,
  a21_23,
  a24_26,
  a27_29,
  a30_38,
  a39_47,
  a48_plus
};
enum class CtdcMajority : std::uint8_t { not_recorded, adult, minor };
enum class CtdcDuration : std::uint8_t { not_recorded, m0_12, m13_24, m25_60, m61_plus };

/// A flag column; its code is its place in the list. Append only: the place is stored.
struct CtdcFlag {
  std::string_view group;  ///< "means_of_control", "forms", "labour", "sex_forms", "recruiter"
  std::string_view code;
  std::string_view column;
  std::string_view other_column = {};  ///< as the other layout spells it
};
[[nodiscard]] std::span<const CtdcFlag> ctdc_flags();

struct AnonymousCase {
  std::uint16_t year = 0;  ///< of registration; 0: not recorded
  CtdcSex sex{};
  CtdcAgeBand age_band{};
  CtdcMajority majority_at_exploitation{};
  CtdcDuration duration{};
  std::optional<base::Country> citizenship;
  std::optional<base::Country> country_of_exploitation;
  std::uint64_t yes = 0;  ///< bit i: flag i of ctdc_flags()
  std::uint64_t no = 0;
  bool operator==(const AnonymousCase&) const = default;
};

inline constexpr std::size_t anonymous_case_bytes = 25;
/// Version, year, four small codes, two countries, two masks: little endian, always 25 bytes.
[[nodiscard]] std::array<std::uint8_t, anonymous_case_bytes> encode(const AnonymousCase& one);
[[nodiscard]] base::Result<AnonymousCase> decode_anonymous_case(base::ByteView bytes);
/// What is not recorded is absent: {"year":2016,"sex":"female","means_of_control":{"threats":true}, …}
[[nodiscard]] std::string to_json(const AnonymousCase& one);

/// The header understood once, then row after row with no allocation.
class CtdcLayout {
 public:
  /// Refuses a header without a column that says a case ("not_ctdc") and one with a column twice.
  [[nodiscard]] static base::Result<CtdcLayout> of_header(const Row& header);
  /// Reads `row` into `out`; false where faults were appended. `current_year` bounds the year of registration.
  [[nodiscard]] bool read(const Row& row, std::uint16_t current_year, AnonymousCase& out,
                          std::vector<Fault>& faults) const;
  /// Columns left aside: those that repeat others joined together, and unknown ones.
  [[nodiscard]] std::span<const std::string> not_imported() const { return not_imported_; }

 private:
  enum class Kind : std::uint8_t {
    ignored,
    year,
    sex,
    age_band,
    majority,
    duration,
    citizenship,
    exploitation_country,
    flag
  };
  struct Column {
    Kind kind = Kind::ignored;
    std::uint8_t flag = 0;
    std::string name;
  };
  std::vector<Column> columns_;
  std::vector<std::string> not_imported_;
};

}  // namespace remedium::exchange
