// The demonstration State: agencies, officials of every role, and a few dozen cases that walk every branch of the
// chain. Made from a seed; no person here exists. Every case goes through the same use cases as a real one.

#include <fmt/format.h>

#include <future>

#include "app/implementation.h"
#include "base/json.h"

namespace remedium::app {

namespace {

using base::Date;

template <class T>
base::Result<T> wait(const std::function<void(Done<T>)>& start) {
  auto promise = std::make_shared<std::promise<base::Result<T>>>();
  auto future = promise->get_future();
  start([promise](base::Result<T> result) { promise->set_value(std::move(result)); });
  return future.get();
}

constexpr std::string_view given_names[] = {"Amina",  "Linh",    "Mirela", "Blessing", "Tesfaye", "Nadia",
                                            "Oksana", "Samuel",  "Fatou",  "Ana",      "Huong",   "Arben",
                                            "Selam",  "Ibrahim", "Lucia",  "Yusuf"};
constexpr std::string_view family_names[] = {"Okafor",   "Nguyen", "Hoxha",  "Adeyemi", "Tekle", "Rahman",
                                             "Petrenko", "Silva",  "Diallo", "Popescu", "Tran",  "Gashi",
                                             "Haile",    "Khan",   "Ramos",  "Osman"};
constexpr std::string_view nationalities[] = {"NG", "VN", "AL", "ER", "BD", "UA", "BR", "RO", "SN", "PH"};
constexpr std::string_view languages[] = {"yo", "vi", "sq", "ti", "bn", "uk", "pt", "ro", "fr", "tl"};
constexpr std::string_view forms[] = {"sexual_exploitation", "forced_labour", "domestic_servitude",
                                      "criminal_activities"};

/// Writes acts of one case one after the other; the first error ends it.
class CaseWriter {
 public:
  CaseWriter(App& app, Date today) : app_(app), today_(today) {}

  [[nodiscard]] std::string day(int ago) const { return today_.plus_days(-ago).str(); }

  void open(const Caller& caller, const std::string& json) {
    auto written = wait<Written>([&](Done<Written> done) { app_.open_case(caller, json, {}, std::move(done)); });
    if (!written) return fail("first-contacts", written.error());
    id_ = written->case_id;
    reference_ = written->reference;
  }
  void act(const Caller& caller, std::string_view resource, const std::string& json) {
    if (error_) return;
    auto written =
        wait<Written>([&](Done<Written> done) { app_.act(caller, id_, resource, json, {}, std::move(done)); });
    if (!written) return fail(resource, written.error());
    if (!written->hold_code.empty()) hold_code_ = written->hold_code;
  }
  [[nodiscard]] const std::optional<base::Error>& error() const { return error_; }
  [[nodiscard]] const std::string& hold_code() const { return hold_code_; }
  [[nodiscard]] const std::string& reference() const { return reference_; }

 private:
  void fail(std::string_view resource, const base::Error& error) {
    error_ = error;
    error_->message = fmt::format("demo, {}: {} ({})", resource, error.message, error.field);
  }
  App& app_;
  Date today_;
  base::CaseId id_;
  std::string reference_;
  std::string hold_code_;
  std::optional<base::Error> error_;
};

struct Cast {
  Caller case_manager;
  Caller authority;
  Caller lawyer;
  Caller compensation;
};

std::string first_contact(base::SeededRandom& random, const CaseWriter& writer, int branch, int ago) {
  const auto who = random.below(10);
  const bool child = branch % 6 == 4;
  const bool unsure = branch % 6 == 5;
  std::string json;
  base::JsonWriter out(json);
  out.begin_object()
      .field("received_on", writer.day(ago))
      .field("age_statement", child    ? "child"
                              : unsure ? "not_sure"
                                       : "adult")
      .field("language", languages[who]);
  out.field("name", fmt::format("{} {}", given_names[random.below(16)], family_names[random.below(16)]));
  if (!unsure)
    out.field("birth_date",
              child ? fmt::format("20{:02}-0{}-1{}", 10 + random.below(4), 1 + random.below(9), random.below(9))
                    : fmt::format("19{}-0{}-1{}", 80 + random.below(19), 1 + random.below(9), random.below(9)));
  out.field("sex", random.below(3) == 0 ? "male" : "female");
  out.key("nationalities").begin_array().string(nationalities[who]).end_array();
  out.field("immigration_status", branch % 3 == 0 ? "asylum_seeker" : "irregular")
      .field("in_territory", true)
      .field("interpreter_needed", true)
      .field("interpreter_language", languages[who]);
  out.field("safe_contact_channel", "through_agency").field("safe_contact_times", "weekdays 10:00-16:00");
  out.key("never_contact_by").begin_array().string("post").end_array();
  out.field("code_word", "blue door").field("whereabouts", "Safe house");
  out.key("indicators").begin_array().string("AL-DR-01").string("AL-DR-02").string("AL-CR-01").end_array();
  out.key("exploitation_forms").begin_array().string(forms[random.below(4)]).end_array();
  out.field("narrative", "Told a first responder about unpaid work, debts and threats.")
      .field("received_by", "ngo_worker");
  if (branch % 6 != 1) out.field("consents_to_identification", true).field("consents_to_referral", true);
  if (child || unsure) out.field("child_unaccompanied", true);
  out.end_object();
  return json;
}

std::string fact(std::string_view name, std::string_view value, const std::string& day) {
  std::string json;
  base::JsonWriter(json)
      .begin_object()
      .field("fact", name)
      .field("value", value)
      .field("source", "authority")
      .field("learned_on", day)
      .end_object();
  return json;
}

void walk(CaseWriter& writer, const Cast& cast, base::SeededRandom& random, int branch, const std::string& lawyer_id,
          const std::string& authority_id) {
  const int ago = 20 + static_cast<int>(random.below(120));
  const bool child = branch % 6 >= 4;
  writer.open(cast.case_manager, first_contact(random, writer, branch, ago));
  const auto assign = [&](const std::string& official, std::string_view role) {
    writer.act(cast.case_manager, "assignments",
               fmt::format(R"({{"official":"{}","role":"{}","assigned_from":"{}"}})", official, role, writer.day(ago)));
  };
  assign(authority_id, "competent_authority");
  if (branch % 6 == 1) return;  // nothing more: consent has not been asked
  if (child) {
    writer.act(
        cast.case_manager, "guardians",
        fmt::format(
            R"({{"appointed_on":"{}","name":"Guardian service","kind":"independent_advocate","conflict_checked":true}})",
            writer.day(ago - 1)));
    writer.act(
        cast.case_manager, "consents",
        fmt::format(
            R"({{"purpose":"assist","decision":"given","given_on":"{}","data_classes":["identity","health"],"notice_version":"gb-1","language":"en","decided_by":"guardian","child_view":"agrees"}})",
            writer.day(ago - 1)));
    writer.act(
        cast.case_manager, "views-heard",
        fmt::format(
            R"({{"heard_on":"{}","how":"directly","heard_by":"Social worker","language":"en","views":"Wants to stay in school.","weight":"considerable","why":"Clear, steady and reasoned."}})",
            writer.day(ago - 2)));
    writer.act(
        cast.case_manager, "best-interests-assessments",
        fmt::format(
            R"({{"assessed_on":"{}","assessed_by":"Children's team","factors":["safety","views","education"],"outcome":"Stay with the carer; no return."}})",
            writer.day(ago - 3)));
  } else {
    writer.act(
        cast.case_manager, "consents",
        fmt::format(
            R"({{"purpose":"assist","decision":"given","given_on":"{}","data_classes":["identity","health","contact"],"notice_version":"gb-1","language":"en","decided_by":"person"}})",
            writer.day(ago)));
  }
  writer.act(
      cast.case_manager, "information-deliveries",
      fmt::format(
          R"({{"given_on":"{}","notice_version":"gb-1","language":"en","interpreter":true,"understanding_checked":"teach_back"}})",
          writer.day(ago - 1)));
  if (branch % 6 == 0) return;
  writer.act(
      cast.authority, "identification-decisions",
      fmt::format(
          R"({{"stage":"reasonable_grounds","decided_on":"{}","authority":"Competent authority","reasons":"The account is coherent and fits the indicators."}})",
          writer.day(ago - 5)));
  for (const auto* name : {"exception.public_order", "exception.bad_faith", "identification.earlier_period"}) {
    writer.act(cast.case_manager, "facts", fact(name, "false", writer.day(ago - 5)));
  }
  writer.act(cast.authority, "recovery-periods",
             fmt::format(R"({{"started_on":"{}","authority":"Competent authority"}})", writer.day(ago - 5)));
  if (branch % 6 == 2) return;
  assign(lawyer_id, "legal_representative");
  writer.act(
      cast.case_manager, "lawyers",
      fmt::format(
          R"({{"appointed_on":"{}","name":"Legal aid office","first_meeting_on":"{}","trained":true,"conflict_checked":true}})",
          writer.day(ago - 6), writer.day(ago - 8)));
  writer.act(cast.case_manager, "facts", fact("offence.reported_on", writer.day(ago - 7), writer.day(ago - 7)));
  writer.act(cast.case_manager, "facts", fact("exploitation.violence_or_threat", "true", writer.day(ago - 7)));
  writer.act(cast.case_manager, "permit-applications",
             fmt::format(R"({{"applied_on":"{}","ground":"recovery"}})", writer.day(ago - 9)));
  writer.act(
      cast.case_manager, "claims",
      fmt::format(
          R"({{"scheme":"gb.g.cica","lodged_on":"{}","amount":{{"amount":"18000.00","currency":"GBP"}},"heads":["moral_damage","unpaid_wages"]}})",
          writer.day(ago - 9)));
  writer.act(
      cast.authority, "identification-decisions",
      fmt::format(
          R"({{"stage":"conclusive","decided_on":"{}","authority":"Competent authority","reasons":"On the balance of probabilities."}})",
          writer.day(ago - 15)));
  writer.act(
      cast.authority, "permit-decisions",
      fmt::format(
          R"({{"outcome":"granted","decided_on":"{}","authority":"Competent authority","valid_from":"{}","valid_until":"{}"}})",
          writer.day(ago - 16), writer.day(ago - 16), writer.day(ago - 16 - 365)));
}

std::string demo_json(const Demo& demo) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object()
      .field("hold_code", demo.hold_code)
      .field("hold_case", demo.hold_case)
      .key("accounts")
      .begin_array();
  for (const auto& account : demo.accounts) {
    json.begin_object()
        .field("official", account.official)
        .field("login", account.login)
        .field("password", account.password)
        .field("totp_secret", account.totp_secret)
        .field("role", account.role)
        .field("agency", account.agency)
        .field("name", account.name)
        .end_object();
  }
  json.end_array().end_object();
  return out;
}

}  // namespace

base::Result<std::optional<Demo>> App::demo() {
  TRY(const auto sealed, self_->store->document("settings", "demo"));
  if (!sealed) return std::optional<Demo>{};
  TRY(const auto plain, self_->key->open_document("settings", "demo", *sealed));
  TRY(const auto document, base::parse_json(base::text_of(plain)));
  base::ObjectReader reader(document, "demo");
  Demo demo;
  demo.hold_code = reader.text("hold_code").value_or("");
  demo.hold_case = reader.text("hold_case").value_or("");
  if (const auto* accounts = reader.array("accounts", 100)) {
    for (const auto& item : *accounts) {
      base::ObjectReader account(item, "account");
      demo.accounts.push_back({account.required_text("official"), account.required_text("login"),
                               account.required_text("password"), account.required_text("totp_secret"),
                               account.required_text("role"), account.required_text("agency"),
                               account.required_text("name")});
    }
  }
  return std::optional(std::move(demo));
}

base::Result<Demo> App::load_demo(std::uint64_t seed) {
  base::SeededRandom random(seed);
  Demo demo;
  struct Post {
    access::AgencyKind kind;
    const char* agency;
    access::Role role;
    const char* login;
    const char* name;
  };
  static constexpr Post posts[] = {
      {access::AgencyKind::victim_services, "Harbour House", access::Role::case_manager, "casemanager",
       "Case manager (demonstration)"},
      {access::AgencyKind::victim_services, "Harbour House", access::Role::first_responder, "firstresponder",
       "First responder (demonstration)"},
      {access::AgencyKind::competent_authority, "Competent authority", access::Role::competent_authority, "authority",
       "Decision maker (demonstration)"},
      {access::AgencyKind::legal_aid, "Legal aid office", access::Role::legal_representative, "lawyer",
       "Legal representative (demonstration)"},
      {access::AgencyKind::compensation, "Compensation authority", access::Role::compensation_authority, "compensation",
       "Claims officer (demonstration)"},
      {access::AgencyKind::border, "Border post", access::Role::border_official, "border",
       "Border official (demonstration)"},
      {access::AgencyKind::oversight, "Data-protection office", access::Role::data_protection_officer, "dpo",
       "Data-protection officer (demonstration)"},
      {access::AgencyKind::operator_of_system, "Operator", access::Role::administrator, "administrator",
       "Administrator (demonstration)"},
  };
  constexpr std::string_view jurisdiction = "gb";
  std::map<std::string, base::AgencyId> agency_ids;
  std::map<std::string, Caller> callers;
  for (const auto& post : posts) {
    auto& agency_id = agency_ids[post.agency];
    if (agency_id.is_nil()) {
      agency_id = base::AgencyId::draw(*self_->options.random);
      TRY_STATUS(add_agency({agency_id, post.agency, post.kind, std::string(jurisdiction)}));
    }
    Official official{.id = base::OfficialId::draw(*self_->options.random),
                      .agency = agency_id,
                      .role = post.role,
                      .login = post.login,
                      .name = post.name};
    // Drawn anew for every instance: a demonstration that stays on the network has no known password.
    const auto password = crypto::draw_token(*self_->options.random).substr(0, 16);
    TRY(official.password_hash, crypto::hash_password(password));
    official.totp_secret.resize(20);
    self_->options.random->fill(official.totp_secret);
    demo.accounts.push_back({official.id.str(), official.login, password,
                             crypto::totp_secret_text(official.totp_secret), std::string(access::code(official.role)),
                             post.agency, official.name});
    callers[official.login] = {official.id, agency_id,     official.role, access::default_purpose(official.role),
                               post.kind,   official.name, post.agency,   std::string(jurisdiction),
                               {}};
    TRY_STATUS(add_official(std::move(official)));
  }
  const Cast cast{callers["casemanager"], callers["authority"], callers["lawyer"], callers["compensation"]};
  const auto today_date = today(jurisdiction);
  for (int branch = 0; branch < 36; ++branch) {
    CaseWriter writer(*this, today_date);
    walk(writer, cast, random, branch, cast.lawyer.official.str(), cast.authority.official.str());
    if (writer.error()) return std::unexpected(*writer.error());
    if (demo.hold_code.empty() && branch % 6 == 2 && !writer.hold_code().empty()) {
      demo.hold_code = writer.hold_code();
      demo.hold_case = writer.reference();
    }
  }
  const auto text = demo_json(demo);
  store::Change change;
  change.documents.push_back(
      {"settings", "demo",
       self_->key->seal_document("settings", "demo", base::bytes_of(text), *self_->options.random)});
  change.entries.push_back({.action = "demo.loaded", .official = "system"});
  TRY([[maybe_unused]] const auto committed, self_->store->commit(std::move(change)));
  return demo;
}

}  // namespace remedium::app
