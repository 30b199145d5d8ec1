#include "exchange/htcds.h"

#include <fmt/format.h>
#include <unicode/locid.h>

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <map>

#include "base/json.h"
#include "exchange/countries.h"
#include "exchange/csv.h"
#include "exchange/words.h"
#include "exchange/xlsx.h"

namespace remedium::exchange {

namespace {

#include "exchange/htcds.inc"

constexpr const char* rule = "HTCDS 2.0";
constexpr std::size_t max_document_bytes = std::size_t{32} << 20U;

/// Fields that are told in the narrative where they have a value: what happened, in the words of the standard.
constexpr auto told = std::to_array<std::string_view>({"vic_TraffickingStatus",
                                                       "vic_TraffickingStatusDecisionMakingOrg",
                                                       "vic_RelationshipToTrafficker",
                                                       "vic_AgeWhenTrafficked",
                                                       "vic_RecruitmentWebsitesAndApps",
                                                       "vic_MethodOfRecruitment",
                                                       "vic_LocationOfRecruitment",
                                                       "vic_MethodsOfControl",
                                                       "vic_TypeOfExploitation",
                                                       "vic_ForcedLabourIndustry",
                                                       "vic_TypeOfSexExploitation",
                                                       "vic_LocationOfExploitation",
                                                       "vic_ExploitationWebsitesAndApps",
                                                       "cas_Status",
                                                       "cas_ReasonForCaseClosure",
                                                       "cas_CaseOwner",
                                                       "cas_ReferringOrganisation",
                                                       "cas_ReferringPrimaryCaseWorker",
                                                       "cas_ReasonForIncomingReferral",
                                                       "cas_IncomingReferralDetails",
                                                       "cas_ReferredOrganisation",
                                                       "cas_ReferredPrimaryCaseWorker",
                                                       "cas_ReasonForOutgoingReferral",
                                                       "cas_OutgoingReferralDate",
                                                       "cas_OutgoingReferralDetails",
                                                       "cco_CaseComment",
                                                       "hte_City",
                                                       "hte_Country",
                                                       "hte_State",
                                                       "hte_Date",
                                                       "hte_Type",
                                                       "hte_Description",
                                                       "spl_Objectives",
                                                       "spl_ActionPlan",
                                                       "spl_PlannedEndDate",
                                                       "spl_ActualEndDate",
                                                       "spl_Type"});

/// Fields with a place of their own in an act.
constexpr auto homes = std::to_array<std::string_view>(
    {"prs_FirstName", "prs_MiddleName", "prs_SecondName", "prs_Birthdate", "prs_Gender", "prs_Citizenship",
     "prs_PrimaryLanguage", "prs_Email", "prs_HomePhone", "prs_MobilePhone", "prs_MailingStreet", "prs_MailingCity",
     "prs_MailingState", "prs_MailingPostalCode", "prs_MailingCountry", "cas_IncomingReferralDate", "con_Consent"});

struct Pair {
  std::string_view from, to;
};
constexpr auto sexes = std::to_array<Pair>({{"Feminine", "female"},
                                            {"Masculine", "male"},
                                            {"TransgenderFeminine", "other"},
                                            {"TransgenderMasculine", "other"},
                                            {"NonConforming", "other"},
                                            {"NonSpecifiedUnknown", "not_recorded"}});
// Child labour under trafficking is forced labour of a child (ILO C182 3(a)); servitude stands beside slavery in the
// Protocol, article 3(a). Forced military service and "other" have no form here: they are told in the narrative.
constexpr auto forms = std::to_array<Pair>({{"ForcedLabour", "forced_labour"},
                                            {"SexualExploitation", "sexual_exploitation"},
                                            {"ChildLabour", "forced_labour"},
                                            {"ForcedMarriage", "forced_marriage"},
                                            {"Servitude", "slavery"},
                                            {"OrganRemoval", "organ_removal"},
                                            {"ForcedBegging", "begging"},
                                            {"ForcedAdoption", "illegal_adoption"},
                                            {"Surrogacy", "surrogacy"}});
// Means of the Protocol, article 3(a).
constexpr auto means = std::to_array<Pair>({{"PhysicalThreats", "threat"},
                                            {"ThreatsLawEnforcement", "threat"},
                                            {"ThreatensChildrenFamily", "threat"},
                                            {"DebtBondage", "coercion"},
                                            {"FalsePromises", "deception"},
                                            {"PhysicalAbuse", "force"},
                                            {"SexualAbuse", "force"},
                                            {"TakesEarnings", "coercion"},
                                            {"RestrictsFinancialAccess", "coercion"},
                                            {"RestrictsMedicalCare", "coercion"},
                                            {"WithholdsNecessities", "coercion"},
                                            {"PsychologicalAbuse", "coercion"},
                                            {"PsychoactiveSubstance", "coercion"},
                                            {"ExcessiveWorkingHours", "coercion"},
                                            {"WithholdsDocuments", "coercion"}});

template <std::size_t Size>
std::string_view mapped(const std::array<Pair, Size>& pairs, std::string_view value) {
  const auto* found = std::ranges::find(pairs, value, &Pair::from);
  return found == pairs.end() ? std::string_view() : found->to;
}

template <std::size_t Size>
bool has(const std::array<std::string_view, Size>& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

std::string_view field_of_header(std::string_view header) {
  const std::string key = folded(header);
  if (key == "victraffickinstatusdecisionmakingorg")
    return "vic_TraffickingStatusDecisionMakingOrg";  // as the workbook spells it
  if (key == "vicmethodsofcontrol") return "vic_MethodsOfControl";
  for (const auto& field : htcds_fields) {
    if (folded(field[0]) == key) return field[0];
  }
  return {};
}

/// The field with this label, where only one has it.
std::string_view field_of_label(std::string_view label) {
  const std::string key = folded(label);
  std::string_view found;
  if (key.empty()) return found;
  for (const auto& field : htcds_fields) {
    if (folded(field[1]) != key) continue;
    if (!found.empty()) return {};
    found = field[0];
  }
  return found;
}

std::string_view label_of(std::string_view name) {
  const auto* found = std::ranges::find(htcds_fields, name, [](const auto& field) { return field[0]; });
  return found == htcds_fields.end() ? name : (*found)[1];
}

bool has_options(std::string_view field) {
  return std::ranges::any_of(htcds_options, [&](const auto& option) { return option[0] == field; });
}

/// The standard's value for an option written as its value or label, in any case and with any blanks.
std::string_view option_of(std::string_view field, std::string_view text) {
  std::string key = folded(text);
  if (field == "vic_RelationshipToTrafficker" && key == "unacquainted")
    key = "unaquainted";  // the standard's own misspelling
  for (const auto& option : htcds_options) {
    if (option[0] == field && (folded(option[1]) == key || folded(option[2]) == key)) return option[1];
  }
  return {};
}

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = text.find(';');
    if (const auto part = trimmed(text.substr(0, end)); !part.empty()) parts.push_back(part);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return parts;
}

/// ISO 639-2 (both its codes) or 639-1 as the shortest tag; empty for anything else.
std::string language_of(std::string_view text) {
  constexpr auto bibliographic = std::to_array<Pair>(
      {{"alb", "sq"}, {"arm", "hy"}, {"baq", "eu"}, {"bur", "my"}, {"chi", "zh"}, {"cze", "cs"}, {"dut", "nl"},
       {"fre", "fr"}, {"geo", "ka"}, {"ger", "de"}, {"gre", "el"}, {"ice", "is"}, {"mac", "mk"}, {"mao", "mi"},
       {"may", "ms"}, {"per", "fa"}, {"rum", "ro"}, {"slo", "sk"}, {"tib", "bo"}, {"wel", "cy"}});
  const std::string code = folded(text);
  if (code.size() != 2 && code.size() != 3) return {};
  if (const auto found = mapped(bibliographic, code); !found.empty()) return std::string(found);
  const icu::Locale locale(code.c_str());
  return locale.getLanguage();
}

std::optional<bool> checkbox_of(std::string_view text) {
  const std::string key = folded(text);
  for (const std::string_view yes : {"true", "1", "yes", "y", "checked", "x"}) {
    if (key == yes) return true;
  }
  for (const std::string_view no : {"false", "0", "no", "n", "unchecked"}) {
    if (key == no) return false;
  }
  return std::nullopt;
}

std::string_view column_of_act_field(std::string_view field) {
  constexpr auto columns = std::to_array<Pair>({{"received_on", "cas_IncomingReferralDate"},
                                                {"name", "prs_FirstName"},
                                                {"birth_date", "prs_Birthdate"},
                                                {"language", "prs_PrimaryLanguage"},
                                                {"nationalities", "prs_Citizenship"},
                                                {"sex", "prs_Gender"},
                                                {"safe_contact_address", "prs_MobilePhone"},
                                                {"whereabouts", "prs_MailingStreet"},
                                                {"exploitation_forms", "vic_TypeOfExploitation"},
                                                {"value", "vic_MethodsOfControl"}});
  const auto found = mapped(columns, field);
  return found.empty() ? field : found;
}

/// One record by field name; the values live as long as the row.
class Values {
 public:
  Values(std::uint64_t line, std::vector<Fault>& faults) : line_(line), faults_(faults) {}
  void set(std::string_view field, std::string_view text) { values_.insert_or_assign(field, text); }
  [[nodiscard]] bool empty() const { return values_.empty(); }
  [[nodiscard]] std::string_view text(std::string_view field) const {
    const auto found = values_.find(field);
    return found == values_.end() ? std::string_view() : found->second;
  }
  void fault(std::string_view field, std::string_view code, std::string message, std::string next,
             std::string_view why = rule) {
    faults_.push_back(
        {line_, std::string(field), std::string(code), std::move(message), std::string(why), std::move(next)});
  }
  [[nodiscard]] std::optional<base::Date> date(std::string_view field, base::Date latest) {
    const std::string_view given = text(field);
    if (given.empty()) return std::nullopt;
    const auto found =
        base::Date::parse(given.size() > 10 && (given[10] == 'T' || given[10] == ' ') ? given.substr(0, 10) : given);
    if (!found) {
      fault(field, "not_a_date", "This is not a day that can be read without guessing.", "Write it as YYYY-MM-DD.",
            "ISO 8601");
    } else if (*found > latest) {
      fault(field, "date_in_future", "This day has not come yet.", "Correct the day.");
    }
    return found;
  }
  /// Standard values of a picklist, of one or several options.
  [[nodiscard]] std::vector<std::string_view> options(std::string_view field) {
    std::vector<std::string_view> out;
    // A label may hold a semicolon itself ("… remediation; …"): first the whole, then its parts.
    if (const auto whole = option_of(field, text(field)); !whole.empty()) return {whole};
    for (const std::string_view part : parts_of(text(field))) {
      const auto value = option_of(field, part);
      if (value.empty()) {
        std::string allowed;
        std::size_t count = 0;
        for (const auto& option : htcds_options) {
          if (option[0] != field) continue;
          if (++count > 12) continue;
          allowed += (allowed.empty() ? "" : ", ") + std::string(option[1]);
        }
        fault(field, "unknown_option", "The text is not an option of this list.",
              fmt::format("Choose from: {}{}.", allowed, count > 12 ? ", …" : ""));
      } else {
        out.push_back(value);
      }
    }
    return out;
  }
  [[nodiscard]] std::uint64_t line() const { return line_; }

 private:
  std::uint64_t line_;
  std::vector<Fault>& faults_;
  std::map<std::string_view, std::string_view> values_;
};

std::string joined(const Values& values, std::initializer_list<std::string_view> fields, std::string_view between) {
  std::string out;
  for (const std::string_view field : fields) {
    const std::string_view text = values.text(field);
    if (text.empty()) continue;
    if (!out.empty()) out += between;
    out += text;
  }
  return out;
}

base::Date birthday_18(base::Date birth) {
  return base::add(birth, {18, base::Unit::years});
}

std::string narrative_of(const Values& values, bool consent_ticked) {
  std::string out;
  for (const std::string_view field : told) {
    const std::string_view text = values.text(field);
    if (!text.empty()) out += fmt::format("{} ({}): {}\n", label_of(field), field, text);
  }
  if (consent_ticked) {
    out +=
        "HTCDS consent box: ticked. It names no purpose and no recipient, so no consent is recorded from it: ask the "
        "person.\n";
  }
  return out.empty() ? out : "Imported from HTCDS 2.0.\n" + out;
}

void add_list(base::JsonWriter& json, std::string_view name, const std::vector<std::string>& list) {
  if (list.empty()) return;
  json.key(name).begin_array();
  for (const std::string& one : list) json.string(one);
  json.end_array();
}

void add_once(std::vector<std::string>& list, std::string_view value) {
  if (!value.empty() && std::ranges::find(list, value) == list.end()) list.emplace_back(value);
}

/// A record of `resource` by the checks of casework itself; its errors become faults of the column they come from.
void add_record(Values& values, std::string_view resource, const std::string& json, ImportedCase& out) {
  auto record = casework::parse_record(*casework::find_act(resource), json);
  if (record) {
    out.records.push_back(std::move(*record));
    return;
  }
  const base::Error& error = record.error();
  values.fault(column_of_act_field(error.field), error.code, error.message, error.next,
               error.rule.empty() ? rule : error.rule);
}

/// The acts of one record; faults are appended to what `values` writes to.
void convert(Values& values, const HtcdsOptions& options, ImportedCase& out) {
  for (const auto& field : htcds_fields) {
    if (!values.text(field[0]).empty() && has(told, field[0]) && has_options(field[0])) (void)values.options(field[0]);
  }
  for (const std::string_view field : {"hte_Date", "cas_OutgoingReferralDate"}) (void)values.date(field, options.today);
  const auto received = values.date("cas_IncomingReferralDate", options.today).value_or(options.today);
  const auto birth = values.date("prs_Birthdate", options.today);
  if (birth && *birth > received) {
    values.fault("prs_Birthdate", "born_after_first_contact", "The birth lies after the first contact.",
                 "Correct prs_Birthdate or cas_IncomingReferralDate.");
  }
  const bool adult = birth && birthday_18(*birth) <= received;

  std::optional<bool> consent;
  if (const auto box = values.text("con_Consent"); !box.empty()) {
    consent = checkbox_of(box);
    if (!consent)
      values.fault("con_Consent", "not_a_checkbox", "The consent box is neither yes nor no.",
                   "Write true or false, or leave it blank where nobody asked.");
  }
  if (consent == false && adult) {
    values.fault("con_Consent", "consent_refused", "The adult refused: nothing that identifies the person may be kept.",
                 "Count the refusal with an identification refusal instead, and delete the row.",
                 "res. 20/1 4(b); SAFETY");
  }
  const auto status = values.options("vic_TraffickingStatus");
  if (!status.empty() && status[0] == "NotAVictimOfTrafficking") {
    values.fault("vic_TraffickingStatus", "not_a_victim", "The record says that the person was not trafficked.",
                 "Leave it out; if the decision is under review, set the status to possible.");
  }
  std::vector<std::string> nationalities, exploited, used;
  for (const std::string_view part : parts_of(values.text("prs_Citizenship"))) {
    if (const auto country = country_of_text(part)) {
      add_once(nationalities, country->code());
    } else {
      values.fault("prs_Citizenship", "unknown_country", "This is no country of ISO 3166-1.",
                   "Write its code or its English name; several with semicolons.", "ISO 3166-1");
    }
  }
  for (const std::string_view form : values.options("vic_TypeOfExploitation")) add_once(exploited, mapped(forms, form));
  for (const std::string_view control : values.options("vic_MethodsOfControl")) add_once(used, mapped(means, control));
  std::string language = options.language;
  if (const auto given = values.text("prs_PrimaryLanguage"); !given.empty()) {
    language = language_of(given);
    if (language.empty())
      values.fault("prs_PrimaryLanguage", "unknown_language", "This is no code of ISO 639.",
                   "Write its two or three letters.", "ISO 639-2");
  }
  const auto sex = values.options("prs_Gender");
  const std::string contact = joined(values, {"prs_MobilePhone", "prs_HomePhone", "prs_Email"}, "; ");
  const std::string place = joined(
      values,
      {"prs_MailingStreet", "prs_MailingPostalCode", "prs_MailingCity", "prs_MailingState", "prs_MailingCountry"},
      ", ");

  std::string text;
  base::JsonWriter json(text);
  json.begin_object()
      .field("received_on", received.str())
      .field("age_statement", !birth  ? "not_sure"
                              : adult ? "adult"
                                      : "child");
  json.field("language", language);
  const auto name = joined(values, {"prs_FirstName", "prs_MiddleName", "prs_SecondName"}, " ");
  if (!name.empty()) json.field("name", name);
  if (birth) json.field("birth_date", birth->str());
  if (!sex.empty()) json.field("sex", mapped(sexes, sex[0]));
  add_list(json, "nationalities", nationalities);
  if (!contact.empty()) json.field("safe_contact_channel", "none").field("safe_contact_address", contact);
  if (!place.empty()) json.field("whereabouts", place);
  add_list(json, "exploitation_forms", exploited);
  if (const auto story = narrative_of(values, consent == true); !story.empty()) json.field("narrative", story);
  json.end_object();
  add_record(values, "first-contacts", text, out);
  if (!used.empty()) {
    std::string fact;
    base::JsonWriter writer(fact);
    writer.begin_object().field("fact", "exploitation.means").field("value", fmt::format("{}", fmt::join(used, ",")));
    writer.field("source", "document").field("learned_on", received.str()).end_object();
    add_record(values, "facts", fact, out);
  }
}

/// [{…}, …] or {"records":[…]} as rows, the header first; `line` is the record's number.
class JsonRows final : public RowSource {
 public:
  static base::Result<std::unique_ptr<RowSource>> open(std::string_view text) {
    TRY(const auto value, base::parse_json(text, {.max_bytes = max_document_bytes, .max_depth = 4}));
    const auto* list = value.is_array() ? &value.get_array() : nullptr;
    if (value.is_object() && value.get_object().size() == 1) {
      if (const auto* records = value.get_object().if_contains("records"); records != nullptr && records->is_array())
        list = &records->get_array();
    }
    const auto wrong = [](std::uint64_t record) {
      return base::invalid(
          record == 0 ? "" : fmt::format("record {}", record), "not_htcds_json",
          "The JSON is not a list of HTCDS records.", rule,
          R"(Give [{"prs_FirstName":"…"}, …] or {"records":[…]}, with text, numbers, true/false or lists of text.)");
    };
    if (list == nullptr) return wrong(0);
    auto rows = std::make_unique<JsonRows>();
    std::map<std::string, std::size_t> columns;
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (!(*list)[i].is_object()) return wrong(i + 1);
      std::vector<std::string> cells(rows->header_.size());
      for (const auto& member : (*list)[i].get_object()) {
        const std::string key(member.key());
        const auto [at, added] = columns.emplace(key, rows->header_.size());
        if (added) {
          if (rows->header_.size() == 1024) return wrong(i + 1);
          rows->header_.push_back(key);
          cells.emplace_back();
        }
        if (!append(cells[at->second], member.value())) return wrong(i + 1);
      }
      rows->records_.push_back(std::move(cells));
    }
    return rows;
  }
  base::Result<RowStep> next(Row& row) override {
    if (at_ > records_.size()) return RowStep::end;
    const auto& cells = at_ == 0 ? header_ : records_[at_ - 1];
    views_.assign(cells.begin(), cells.end());
    row = {at_++, views_};
    return RowStep::row;
  }
  const Fault& fault() const override { return fault_; }

 private:
  static bool append(std::string& cell, const boost::json::value& value) {
    if (value.is_null()) return true;
    if (value.is_string()) {
      cell += std::string_view(value.get_string());
    } else if (value.is_bool()) {
      cell += value.get_bool() ? "true" : "false";
    } else if (value.is_int64()) {
      cell += std::to_string(value.get_int64());
    } else if (value.is_array()) {
      for (const auto& one : value.get_array()) {
        if (!one.is_string()) return false;
        if (!cell.empty()) cell += ';';
        cell += std::string_view(one.get_string());
      }
    } else {
      return false;
    }
    return true;
  }
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> records_;
  std::vector<std::string_view> views_;
  std::size_t at_ = 0;
  Fault fault_;
};

/// Gives back the bytes that were looked at, then the rest.
class Rewound final : public ByteSource {
 public:
  Rewound(base::Bytes head, ByteSource& rest) : head_(std::move(head)), first_(head_), rest_(rest) {}
  base::Result<std::size_t> read(std::span<std::uint8_t> into) override {
    TRY(const std::size_t got, first_.read(into));
    if (got > 0) return got;
    return rest_.read(into);
  }

 private:
  base::Bytes head_;
  MemorySource first_;
  ByteSource& rest_;
};

class Reader final : public HtcdsReader {
 public:
  Reader(ByteSource& source, HtcdsOptions options) : gzip_(source), options_(std::move(options)) {}

  base::Status start() {
    base::Bytes head(64);
    TRY(const std::size_t got, gzip_.read(head));
    head.resize(got);
    std::string_view text = trimmed(base::text_of(head));
    const bool workbook = text.starts_with("PK");
    const bool json = text.starts_with('[') || text.starts_with('{');
    bytes_ = std::make_unique<Rewound>(std::move(head), gzip_);
    if (workbook || json) {
      TRY(const base::Bytes all, read_all(*bytes_, max_document_bytes));
      if (workbook) {
        TRY(rows_, open_xlsx(all));
      } else {
        TRY(rows_, JsonRows::open(base::text_of(all)));
      }
    } else {
      rows_ = std::make_unique<CsvReader>(*bytes_);
    }
    Row row;
    TRY(const RowStep step, rows_->next(row));
    if (step != RowStep::row) {
      return base::invalid("", "no_header", "The file has no header that can be read.", rule,
                           "The first row names the columns: prs_FirstName, prs_SecondName, …");
    }
    return understand(row);
  }

  base::Result<RowStep> next(ImportedCase& out, std::vector<Fault>& faults) override {
    Row row;
    while (true) {
      TRY(const RowStep step, rows_->next(row));
      if (step == RowStep::end) {
        if (!labelled_) name_columns();
        return RowStep::end;
      }
      if (step == RowStep::fault) {
        faults.push_back(rows_->fault());
        return RowStep::fault;
      }
      if (!labelled_) {
        const bool labels = read_labels(row);
        name_columns();
        if (labels) continue;
      }
      const std::size_t before = faults.size();
      Values values(row.line, faults);
      for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const std::string_view text = trimmed(row.cells[i]);
        if (text.empty()) continue;
        if (i >= fields_.size()) {
          values.fault("", "wrong_number_of_columns", "The row has a value beyond the last column of the header.",
                       "Look for a comma that is not inside quotes.", "RFC 4180 2.4");
          break;
        }
        if (!fields_[i].empty()) values.set(fields_[i], text);
      }
      if (values.empty() && faults.size() == before) continue;  // the workbook numbers its empty rows
      out = {row.line, {}};
      if (!values.empty()) convert(values, options_, out);
      return faults.size() == before ? RowStep::row : RowStep::fault;
    }
  }

  std::span<const std::string> not_imported() const override { return not_imported_; }

 private:
  base::Status understand(const Row& header) {
    std::size_t known = 0;
    for (const std::string_view cell : header.cells) {
      headers_.emplace_back(trimmed(cell));
      const auto field = field_of_header(cell);
      if (!field.empty()) {
        ++known;
        if (std::ranges::find(fields_, field) != fields_.end()) {
          return base::invalid(std::string(field), "column_twice", "The header names a column twice.", rule,
                               "Remove or rename one of the two.");
        }
      }
      fields_.push_back(field);
    }
    if (known == 0) {
      return base::invalid("", "not_htcds", "The first row names no field of HTCDS 2.0.", rule,
                           "Use the template, or name the columns prs_FirstName, prs_SecondName, …");
    }
    return {};
  }

  /// The workbook's second row shows labels over its hidden first row, and the five address labels stand over other
  /// names than their own. People fill in what they see, so a label wins.
  bool read_labels(const Row& row) {
    std::size_t labels = 0, filled = 0;
    for (const std::string_view cell : row.cells) {
      filled += !trimmed(cell).empty();
      labels += !field_of_label(cell).empty();
    }
    if (labels < 3 || labels * 2 < filled) return false;
    std::vector<std::string_view> seen = fields_;
    seen.resize(std::max(seen.size(), row.cells.size()));
    headers_.resize(seen.size());
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      if (const auto field = field_of_label(row.cells[i]); !field.empty()) {
        seen[i] = field;
        if (headers_[i].empty()) headers_[i] = field;
      }
    }
    fields_ = std::move(seen);
    return true;
  }

  void name_columns() {
    labelled_ = true;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (headers_[i].empty() && fields_[i].empty()) continue;
      if (fields_[i].empty() || (!has(told, fields_[i]) && !has(homes, fields_[i]))) {
        not_imported_.push_back(headers_[i]);
        if (fields_[i].empty()) continue;
        fields_[i] = {};
      }
    }
  }

  GzipSource gzip_;
  HtcdsOptions options_;
  std::unique_ptr<ByteSource> bytes_;
  std::unique_ptr<RowSource> rows_;
  std::vector<std::string> headers_;
  std::vector<std::string_view> fields_;  ///< empty: not imported
  std::vector<std::string> not_imported_;
  bool labelled_ = false;
};

}  // namespace

base::Result<std::unique_ptr<HtcdsReader>> HtcdsReader::open(ByteSource& source, HtcdsOptions options) {
  auto reader = std::make_unique<Reader>(source, std::move(options));
  TRY_STATUS(reader->start());
  return reader;
}

}  // namespace remedium::exchange
