// The use cases of Remedium, as the JSON API and the pages call them. Neither knows more than the other.
//
// Any thread may call. A function that takes a `done` answers through it exactly once: at once on the caller's thread
// where nothing has to reach the disk first, otherwise from the store's writer thread. It must not block.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/id.h"
#include "base/random.h"
#include "casework/act.h"
#include "casework/chain.h"
#include "casework/state.h"
#include "law/law.h"
#include "store/store.h"

namespace remedium::app {

template <class T>
using Done = std::function<void(base::Result<T>)>;

// --- who -------------------------------------------------------------------------------------------------------------

/// An agency of the response. Kinds are those of the access rules.
struct Agency {
  base::AgencyId id;
  std::string name;
  access::AgencyKind kind{};
  std::string jurisdiction;  ///< pack name
};

/// An official, as the program knows them. Secrets are hashes or sealed.
struct Official {
  base::OfficialId id;
  base::AgencyId agency;
  access::Role role{};
  std::string login;
  std::string name;
  std::vector<std::string> trainings;
  std::string password_hash;  ///< argon2id, PHC form
  base::Bytes totp_secret;
  bool disabled = false;
};

/// A signed-in official and what they are here for.
struct Caller {
  base::OfficialId official;
  base::AgencyId agency;
  access::Role role{};
  access::Purpose purpose{};
  access::AgencyKind agency_kind{};
  std::string name;
  std::string agency_name;
  std::string jurisdiction;
  std::string form_token;  ///< what a form of this session must carry, so that no other site can post it
};

struct SignInRequest {
  std::string login;
  std::string password;
  std::string code;     ///< six digits
  std::string network;  ///< peer address, for the rate limit
};
struct SignedIn {
  std::string token;  ///< opaque; the session's only name
  Caller caller;
};

// --- cases -----------------------------------------------------------------------------------------------------------

/// What a write rests on.
struct WriteConditions {
  std::string idempotency_key;            ///< empty: a retry is a second write
  base::Bytes request_digest;             ///< of method, path and body; for telling a retry from a reused key
  std::optional<std::uint64_t> based_on;  ///< If-Match; absent: the newest
};

/// SHA-256 of the three, each behind its length.
[[nodiscard]] base::Bytes request_digest(std::string_view method, std::string_view path, std::string_view body);

/// Whether two secrets are the same, in a time that does not tell where they differ.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b);

struct Written {
  base::CaseId case_id;
  std::string reference;
  std::uint64_t version = 0;
  std::uint64_t journal_entry = 0;
  std::string hold_code;              ///< given once, when a hold begins
  std::vector<std::string> warnings;  ///< mandatory reports and the like, message keys
  bool replayed = false;              ///< the remembered answer of an earlier request
};

struct ReadOptions {
  std::optional<base::Date> on;        ///< the day the law is asked about; absent: today in the jurisdiction
  std::optional<base::Date> known_on;  ///< facts as they were known at the end of that day
};

/// A case as one caller may see it on one day.
struct CaseView {
  store::CaseRow row;     ///< without snapshot
  casework::State state;  ///< only the classes granted
  base::DataClasses classes;
  base::Date on;
  law::Facts facts;
  const law::LawSet* law = nullptr;
  std::vector<law::Outcome> outcomes;
  casework::Chain chain;
  std::vector<const casework::Act*> acts;  ///< that this caller may do now
};

/// The whole view as JSON: case, facts, gap, chain, the acts that may be done.
[[nodiscard]] std::string case_json(const CaseView& view);

struct CaseListing {
  struct Item {
    store::CaseRow row;
    std::string name;  ///< empty where not granted or not known
  };
  std::vector<Item> items;
  std::string next_cursor;
  bool index_ready = true;  ///< false: names are still being read after a start
};

struct TimelineItem {
  std::uint64_t sequence = 0;
  std::string resource;
  base::Instant recorded_at;
  base::Date happened_on;
  std::string official_name;
  std::string agency_name;
  std::string fields_json;  ///< only the classes granted
  std::string digest;
};

struct JournalItem {
  std::uint64_t index = 0;
  std::string data;  ///< the entry as it stands in the ledger
  std::string official_name;
  std::string agency_name;
};

// --- holds -----------------------------------------------------------------------------------------------------------

enum class Barred { yes, no, ask };  ///< ask: the code is not known here; never a "no"

/// What a border official learns, and nothing else.
struct HoldAnswer {
  Barred barred = Barred::ask;
  std::optional<base::Date> until;
  bool until_is_minimum = false;
  base::Instant as_of;
  std::string issued_by;
  std::string signed_text;  ///< the exact bytes signed: one JSON object
  std::string signature;    ///< Ed25519, base64
  std::string public_key;   ///< base64
};

// --- the application -------------------------------------------------------------------------------------------------

struct LawFile {
  std::string path;  ///< "gb/pack.yaml", "schema/facts.yaml"
  std::string text;
};

struct Options {
  std::string directory;  ///< of the data; empty: in memory
  std::string key_file;   ///< of the instance key; empty: beside nothing, drawn for this process
  std::string passphrase;
  std::vector<LawFile> law;
  base::Clock* clock = nullptr;
  base::Random* random = nullptr;
  std::size_t cached_cases = 4096;
};

struct DemoAccount {
  std::string official;  ///< id, as an assignment takes it
  std::string login;
  std::string password;
  std::string totp_secret;  ///< base32 (RFC 4648), as an authenticator takes it
  std::string role;
  std::string agency;
  std::string name;
};
struct Demo {
  std::vector<DemoAccount> accounts;
  std::string hold_code;
  std::string hold_case;  ///< reference
};

class App {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<App>> open(Options options);
  ~App();

  // sign-in
  [[nodiscard]] base::Result<SignedIn> sign_in(const SignInRequest& request);
  [[nodiscard]] std::optional<Caller> caller(std::string_view token);
  void sign_out(std::string_view token);
  void sign_out_everywhere(const base::OfficialId& official);

  /// A random Idempotency-Key, for a form.
  [[nodiscard]] std::string draw_key();

  // cases
  void open_case(const Caller& caller, std::string_view json, const WriteConditions& conditions, Done<Written> done);
  void act(const Caller& caller, const base::CaseId& id, std::string_view resource, std::string_view json,
           const WriteConditions& conditions, Done<Written> done);
  void read_case(const Caller& caller, const base::CaseId& id, const ReadOptions& options,
                 Done<std::shared_ptr<const CaseView>> done);
  /// As `read_case`, as JSON; remembered while the case, the day and the classes stay the same.
  void read_case_json(const Caller& caller, const base::CaseId& id, const ReadOptions& options,
                      Done<std::shared_ptr<const std::string>> done);
  void list_cases(const Caller& caller, const store::CaseQuery& query, Done<CaseListing> done);
  void search_cases(const Caller& caller, std::string_view name, std::size_t limit, Done<CaseListing> done);
  void timeline(const Caller& caller, const base::CaseId& id, std::uint64_t after, std::size_t limit,
                Done<std::vector<TimelineItem>> done);
  void journal(const Caller& caller, const base::CaseId& id, std::uint64_t from, std::size_t limit,
               Done<std::vector<JournalItem>> done);
  /// An adult who does not want to be identified: one more in the count, and nothing else.
  void decline_identification(const Caller& caller, Done<Written> done);
  [[nodiscard]] base::Result<std::vector<store::TallyAdd>> declined(const Caller& caller);
  [[nodiscard]] std::optional<base::CaseId> find_reference(std::string_view reference);

  // holds
  void check_hold(const Caller& caller, std::string_view code, Done<HoldAnswer> done);
  /// The code of the case's hold, for its card; for who may read the immigration class.
  void hold_card(const Caller& caller, const base::CaseId& id, Done<std::string> done);
  [[nodiscard]] std::string hold_public_key() const;

  // law
  [[nodiscard]] const law::LawSet* law(std::string_view pack) const;
  [[nodiscard]] std::vector<std::string> packs() const;
  [[nodiscard]] const law::FactSchema& facts() const;
  /// The title of an entitlement in `language`, or `otherwise` where there is no translation.
  [[nodiscard]] std::string_view translated(std::string_view language, std::string_view id,
                                            std::string_view otherwise) const;

  // people and places
  [[nodiscard]] std::vector<Agency> agencies() const;
  [[nodiscard]] const Official* official(const base::OfficialId& id) const;
  [[nodiscard]] base::Status add_agency(const Agency& agency);
  [[nodiscard]] base::Status add_official(Official official);

  // the demonstration State
  [[nodiscard]] base::Result<Demo> load_demo(std::uint64_t seed);
  [[nodiscard]] base::Result<std::optional<Demo>> demo();

  [[nodiscard]] store::Store& store();
  [[nodiscard]] base::Date today(std::string_view jurisdiction) const;
  [[nodiscard]] std::string ledger_public_key() const;

  struct Implementation;  // known to src/app alone
  [[nodiscard]] Implementation& implementation() { return *self_; }

 private:
  explicit App(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> self_;
};

}  // namespace remedium::app
