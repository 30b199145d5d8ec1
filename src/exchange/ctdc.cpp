#include "exchange/ctdc.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "exchange/countries.h"
#include "exchange/words.h"

namespace remedium::exchange {

namespace {

constexpr auto flags = std::to_array<CtdcFlag>({
    {"means_of_control", "debt_bondage", "meansOfControlDebtBondage"},
    {"means_of_control", "takes_earnings", "meansOfControlTakesEarnings"},
    {"means_of_control", "threats", "meansOfControlThreats"},
    {"means_of_control", "psychological_abuse", "meansOfControlPsychologicalAbuse"},
    {"means_of_control", "physical_abuse", "meansOfControlPhysicalAbuse"},
    {"means_of_control", "sexual_abuse", "meansOfControlSexualAbuse"},
    {"means_of_control", "false_promises", "meansOfControlFalsePromises"},
    {"means_of_control", "psychoactive_substances", "meansOfControlPsychoactiveSubstances"},
    {"means_of_control", "restricts_movement", "meansOfControlRestrictsMovement"},
    {"means_of_control", "restricts_medical_care", "meansOfControlRestrictsMedicalCare"},
    {"means_of_control", "excessive_working_hours", "meansOfControlExcessiveWorkingHours"},
    {"means_of_control", "threat_of_law_enforcement", "meansOfControlThreatOfLawEnforce",
     "meansOfControlThreatOfLawEnforcement"},
    {"means_of_control", "withholds_necessities", "meansOfControlWithholdsNecessities"},
    {"means_of_control", "withholds_documents", "meansOfControlWithholdsDocuments"},
    {"means_of_control", "other", "meansOfControlOther"},
    {"forms", "forced_labour", "isForcedLabour"},
    {"forms", "sexual_exploitation", "isSexualExploit"},
    {"forms", "other", "isOtherExploit"},
    {"labour", "agriculture", "typeOfLabourAgriculture"},
    {"labour", "construction", "typeOfLabourConstruction"},
    {"labour", "domestic_work", "typeOfLabourDomesticWork"},
    {"labour", "hospitality", "typeOfLabourHospitality"},
    {"labour", "other", "typeOfLabourOther"},
    {"sex_forms", "prostitution", "typeOfSexProstitution"},
    {"sex_forms", "pornography", "typeOfSexPornography"},
    {"sex_forms", "other", "typeOfSexOther"},
    {"recruiter", "intimate_partner", "recruiterRelationIntimatePartner"},
    {"recruiter", "friend", "recruiterRelationFriend"},
    {"recruiter", "family", "recruiterRelationFamily"},
    {"recruiter", "other", "recruiterRelationOther"},
    {"means_of_control", "restricts_financial_access", "meansOfControlRestrictsFinancialAccess"},
    {"means_of_control", "uses_children", "meansOfControlUsesChildren"},
    {"means_of_control", "not_specified", "meansOfControlNotSpecified"},
    {"forms", "sex_and_labour", "isSexAndLabour"},
    {"forms", "forced_marriage", "isForcedMarriage"},
    {"forms", "forced_military", "isForcedMilitary"},
    {"forms", "organ_removal", "isOrganRemoval"},
    {"forms", "slavery_and_practices", "isSlaveryAndPractices"},
    {"labour", "aquafarming", "typeOfLabourAquafarming"},
    {"labour", "begging", "typeOfLabourBegging"},
    {"labour", "illicit_activities", "typeOfLabourIllicitActivities"},
    {"labour", "manufacturing", "typeOfLabourManufacturing"},
    {"labour", "mining_or_drilling", "typeOfLabourMiningOrDrilling"},
    {"labour", "peddling", "typeOfLabourPeddling"},
    {"labour", "transportation", "typeOfLabourTransportation"},
    {"labour", "not_specified", "typeOfLabourNotSpecified"},
    {"sex_forms", "remote_interactive_services", "typeOfSexRemoteInteractiveServices"},
    {"sex_forms", "private_sexual_services", "typeOfSexPrivateSexualServices"},
    {"recruiter", "unknown", "recruiterRelationUnknown"},
    {"forms", "abduction", "isAbduction"},
});
static_assert(flags.size() <= 64);

constexpr std::array<std::string_view, 4> sex_codes = {"", "female", "male", "transgender_or_nonconforming"};
constexpr std::array<std::string_view, 10> age_codes = {"",      "0-8",   "9-17",  "18-20", "21-23",
                                                        "24-26", "27-29", "30-38", "39-47", "48+"};
constexpr std::array<std::string_view, 3> majority_codes = {"", "adult", "minor"};
constexpr std::array<std::string_view, 5> duration_codes = {"", "0-12", "13-24", "25-60", "61+"};

bool is_missing(std::string_view text) {
  return text.empty() || text == "-99" || text == "-99.0" || text == "Unknown" || text == "unknown" || text == "NULL" ||
         text == "null";
}

template <std::size_t Size>
std::optional<std::uint8_t> place(const std::array<std::string_view, Size>& words, std::string_view text) {
  for (std::size_t i = 0; i < Size; ++i) {
    if (words[i] == text) return static_cast<std::uint8_t>(i);
  }
  return std::nullopt;
}

std::optional<CtdcSex> sex_of(std::string_view text) {
  constexpr std::array<std::string_view, 3> words = {"Female", "Male", "Transgender/NonConforming"};
  const auto found = place(words, text);
  if (!found) return std::nullopt;
  return static_cast<CtdcSex>(*found + 1);
}

std::optional<CtdcAgeBand> age_of(std::string_view text) {
  constexpr std::array<std::string_view, 9> words = {"0--8",   "9--17",  "18--20", "21--23", "24--26",
                                                     "27--29", "30--38", "39--47", "48+"};
  if (text == "09--17") return CtdcAgeBand::a9_17;  // the synthetic release of 2021 writes the zero
  const auto found = place(words, text);
  if (!found) return std::nullopt;
  return static_cast<CtdcAgeBand>(*found + 1);
}

std::optional<CtdcDuration> duration_of(std::string_view text) {
  constexpr std::array<std::string_view, 4> words = {"0--12", "13--24", "25--60", "61+"};
  const auto found = place(words, text.substr(0, text.find(' ')));  // "0--12 (0-1 yr)"
  if (!found) return std::nullopt;
  return static_cast<CtdcDuration>(*found + 1);
}

std::optional<std::uint16_t> year_of(std::string_view text, std::uint16_t current_year) {
  if (text.ends_with(".0")) text.remove_suffix(2);
  std::uint16_t year = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), year);
  if (ec != std::errc() || end != text.data() + text.size() || text.size() != 4 || year < 1990 || year > current_year)
    return std::nullopt;
  return year;
}

void put(std::uint8_t*& at, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) *at++ = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint64_t get(const std::uint8_t*& at, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value |= std::uint64_t{*at++} << (8 * i);
  return value;
}

std::uint64_t number_of(const std::optional<base::Country>& country) {
  return country ? std::uint64_t{country->index()} + 1 : 0;
}

std::optional<base::Country> country_of_number(std::uint64_t number) {
  if (number == 0) return std::nullopt;
  return base::Country::from_index(static_cast<std::uint16_t>(number - 1));
}

}  // namespace

std::span<const CtdcFlag> ctdc_flags() {
  return flags;
}

std::array<std::uint8_t, anonymous_case_bytes> encode(const AnonymousCase& one) {
  std::array<std::uint8_t, anonymous_case_bytes> bytes{};
  std::uint8_t* at = bytes.data();
  put(at, 1, 1);
  put(at, one.year, 2);
  put(at, static_cast<std::uint64_t>(one.sex) | static_cast<std::uint64_t>(one.majority_at_exploitation) << 4U, 1);
  put(at, static_cast<std::uint64_t>(one.age_band) | static_cast<std::uint64_t>(one.duration) << 4U, 1);
  put(at, number_of(one.citizenship), 2);
  put(at, number_of(one.country_of_exploitation), 2);
  put(at, one.yes, 8);
  put(at, one.no, 8);
  return bytes;
}

base::Result<AnonymousCase> decode_anonymous_case(base::ByteView bytes) {
  const auto corrupt = [] {
    return base::fail({base::ErrorKind::corrupt, "anonymous_case_corrupt", "A stored anonymous case does not open.",
                       "exchange/ctdc.h", "Restore from a backup, and run `remedium ledger verify`.", ""});
  };
  if (bytes.size() != anonymous_case_bytes || bytes[0] != 1) return corrupt();
  const std::uint8_t* at = bytes.data() + 1;
  AnonymousCase one;
  one.year = static_cast<std::uint16_t>(get(at, 2));
  const std::uint64_t low = get(at, 1);
  const std::uint64_t high = get(at, 1);
  const std::uint64_t citizenship = get(at, 2);
  const std::uint64_t exploitation = get(at, 2);
  one.yes = get(at, 8);
  one.no = get(at, 8);
  constexpr std::uint64_t known = (std::uint64_t{1} << flags.size()) - 1;
  if ((low & 15U) >= sex_codes.size() || (low >> 4U) >= majority_codes.size() || (high & 15U) >= age_codes.size() ||
      (high >> 4U) >= duration_codes.size() || citizenship > base::country_count ||
      exploitation > base::country_count || ((one.yes | one.no) & ~known) != 0 || (one.yes & one.no) != 0) {
    return corrupt();
  }
  one.sex = static_cast<CtdcSex>(low & 15U);
  one.majority_at_exploitation = static_cast<CtdcMajority>(low >> 4U);
  one.age_band = static_cast<CtdcAgeBand>(high & 15U);
  one.duration = static_cast<CtdcDuration>(high >> 4U);
  one.citizenship = country_of_number(citizenship);
  one.country_of_exploitation = country_of_number(exploitation);
  return one;
}

std::string to_json(const AnonymousCase& one) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  if (one.year != 0) json.field("year", std::int64_t{one.year});
  if (one.sex != CtdcSex::not_recorded) json.field("sex", sex_codes[static_cast<std::size_t>(one.sex)]);
  if (one.age_band != CtdcAgeBand::not_recorded)
    json.field("age_band", age_codes[static_cast<std::size_t>(one.age_band)]);
  if (one.majority_at_exploitation != CtdcMajority::not_recorded) {
    json.field("majority_at_exploitation", majority_codes[static_cast<std::size_t>(one.majority_at_exploitation)]);
  }
  if (one.duration != CtdcDuration::not_recorded)
    json.field("months", duration_codes[static_cast<std::size_t>(one.duration)]);
  if (one.citizenship) json.field("citizenship", one.citizenship->code());
  if (one.country_of_exploitation) json.field("country_of_exploitation", one.country_of_exploitation->code());
  for (const std::string_view group : {"means_of_control", "forms", "labour", "sex_forms", "recruiter"}) {
    bool open = false;
    for (std::size_t i = 0; i < flags.size(); ++i) {
      const std::uint64_t bit = std::uint64_t{1} << i;
      if (flags[i].group != group || ((one.yes | one.no) & bit) == 0) continue;
      if (!open) json.key(group).begin_object();
      open = true;
      json.field(flags[i].code, (one.yes & bit) != 0);
    }
    if (open) json.end_object();
  }
  json.end_object();
  return out;
}

base::Result<CtdcLayout> CtdcLayout::of_header(const Row& header) {
  CtdcLayout layout;
  std::vector<std::string> seen;
  bool says_a_case = false;
  for (const std::string_view cell : header.cells) {
    Column column;
    column.name = trimmed(cell);
    const std::string key = folded(cell);
    if (std::ranges::find(seen, key) != seen.end()) {
      return base::invalid(column.name, "column_twice", "The header names a column twice.", "CTDC codebook",
                           "Remove or rename one of the two.");
    }
    seen.push_back(key);
    const auto fixed = [&](std::string_view name, Kind kind) {
      if (folded(name) == key) column.kind = kind;
    };
    fixed("yearOfRegistration", Kind::year);
    fixed("gender", Kind::sex);
    fixed("ageBroad", Kind::age_band);
    fixed("majorityStatusAtExploit", Kind::majority);
    fixed("traffickMonths", Kind::duration);
    fixed("citizenship", Kind::citizenship);
    fixed("CountryOfExploitation", Kind::exploitation_country);
    for (std::size_t i = 0; i < flags.size(); ++i) {
      if (folded(flags[i].column) == key || (!flags[i].other_column.empty() && folded(flags[i].other_column) == key)) {
        column.kind = Kind::flag;
        column.flag = static_cast<std::uint8_t>(i);
      }
    }
    if (column.kind == Kind::ignored) layout.not_imported_.push_back(column.name);
    if (column.kind == Kind::flag || column.kind == Kind::citizenship || column.kind == Kind::exploitation_country)
      says_a_case = true;
    layout.columns_.push_back(std::move(column));
  }
  if (!says_a_case) {
    return base::invalid(
        "", "not_ctdc", "The first row is not the header of a CTDC file.", "CTDC codebook",
        "Give a file whose first row names columns such as yearOfRegistration, citizenship, isForcedLabour.");
  }
  return layout;
}

bool CtdcLayout::read(const Row& row, std::uint16_t current_year, AnonymousCase& out,
                      std::vector<Fault>& faults) const {
  out = {};
  const std::size_t before = faults.size();
  if (row.cells.size() != columns_.size()) {
    faults.push_back({row.line, "", "wrong_number_of_columns",
                      fmt::format("The row has {} columns where the header has {}.", row.cells.size(), columns_.size()),
                      "RFC 4180 2.4", "Look for a comma that is not inside quotes."});
    return false;
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::string_view text = row.cells[i];
    if (text.empty()) continue;
    const Column& column = columns_[i];
    if (column.kind == Kind::ignored || is_missing(text)) continue;
    const auto fault = [&](const char* code, const char* message, const char* next) {
      faults.push_back({row.line, column.name, code, message, "CTDC codebook", next});
    };
    const auto take = [&](auto& field, const auto& value, const char* message, const char* next) {
      if (value) {
        field = *value;
      } else {
        fault("unknown_value", message, next);
      }
    };
    switch (column.kind) {
      case Kind::ignored:
        break;
      case Kind::flag: {
        const std::uint64_t bit = std::uint64_t{1} << column.flag;
        if (text == "1" || text == "1.0") {
          out.yes |= bit;
        } else if (text == "0" || text == "0.0") {
          out.no |= bit;
        } else {
          fault("unknown_value", "The flag is none of 1, 0 and blank.",
                "Write 1 for yes, 0 for no, nothing where it was not recorded.");
        }
        break;
      }
      case Kind::year:
        take(out.year, year_of(text, current_year), "The year is not four digits from 1990 to this year.",
             "Correct it or leave it blank.");
        break;
      case Kind::sex:
        take(out.sex, sex_of(text), "The gender is not one of the codebook's.",
             "Female, Male, Transgender/NonConforming or blank.");
        break;
      case Kind::age_band:
        take(out.age_band, age_of(text), "The age band is not one of the codebook's.",
             "0--8, 9--17, 18--20, 21--23, 24--26, 27--29, 30--38, 39--47, 48+ or blank.");
        break;
      case Kind::majority:
        if (text == "Adult") {
          out.majority_at_exploitation = CtdcMajority::adult;
        } else if (text == "Minor") {
          out.majority_at_exploitation = CtdcMajority::minor;
        } else {
          fault("unknown_value", "The majority status is not one of the codebook's.", "Adult, Minor or blank.");
        }
        break;
      case Kind::duration:
        take(out.duration, duration_of(text), "The duration is not one of the codebook's.",
             "0--12, 13--24, 25--60, 61+ or blank.");
        break;
      case Kind::citizenship:
      case Kind::exploitation_country: {
        if (text == "00" || text == "0") break;  // the k-anonymised release's unknown country
        auto& field = column.kind == Kind::citizenship ? out.citizenship : out.country_of_exploitation;
        const auto country = country_of_code(text);
        if (country) {
          field = country;
        } else {
          fault("unknown_country", "The country is not an assigned code of ISO 3166-1.",
                "Write the two- or three-letter code in capitals, or leave it blank.");
        }
        break;
      }
    }
  }
  return faults.size() == before;
}

}  // namespace remedium::exchange
