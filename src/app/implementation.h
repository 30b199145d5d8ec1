// What the use cases share. Known to src/app alone.
#pragma once

#include <atomic>
#include <list>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <unordered_map>

#include "app/app.h"
#include "crypto/crypto.h"
#include "matching/names.h"

namespace remedium::app {

/// A case in memory: folded, never changed; a newer version replaces it.
struct CachedCase {
  store::CaseRow row;  ///< without snapshot
  casework::State state;
  std::vector<store::Assignment> assignments;
  /// Answers already written, by day and classes; cleared with the case.
  struct Rendered {
    base::Date on;
    unsigned classes = 0;
    std::shared_ptr<const std::string> json;
  };
  mutable std::mutex mutex;
  mutable std::vector<Rendered> rendered;
};
using CasePointer = std::shared_ptr<const CachedCase>;

struct Session {
  Caller caller;
  std::int64_t opened_us = 0;  ///< monotonic
  std::int64_t used_us = 0;
};

/// Reads of one case by one official that share an entry.
struct ReadWindow {
  std::int64_t until_us = 0;
  std::uint64_t further = 0;
};

struct App::Implementation {
  Options options;
  std::unique_ptr<store::Store> store;
  std::optional<crypto::InstanceKey> key;
  std::optional<crypto::Signer> hold_signer;
  std::optional<crypto::Signer> ledger_signer;
  std::optional<law::FactSchema> schema;
  std::map<std::string, std::unique_ptr<law::LawSet>, std::less<>> laws;
  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>>
      translations;  ///< language → id → text

  mutable std::shared_mutex people_mutex;
  std::map<base::AgencyId, Agency> agencies;
  std::map<base::OfficialId, Official> officials;

  std::mutex sessions_mutex;
  std::unordered_map<std::string, Session> sessions;                          ///< by digest of the token
  std::unordered_map<std::string, std::pair<double, std::int64_t>> attempts;  ///< token buckets of sign-in
  std::map<base::OfficialId, std::int64_t> last_totp_step;

  std::mutex cache_mutex;
  std::list<std::pair<base::CaseId, CasePointer>> recent;  ///< newest first
  std::unordered_map<base::CaseId, std::list<std::pair<base::CaseId, CasePointer>>::iterator> cached;

  std::mutex reads_mutex;
  std::unordered_map<std::string, ReadWindow> reads;

  matching::NameIndex names;  ///< of persons, in memory only; scoped by access before ranking
  std::atomic<bool> names_ready{false};
  std::atomic<bool> stopping{false};
  std::thread names_thread;

  ~Implementation();

  // people.cpp
  [[nodiscard]] base::Status load_people();
  [[nodiscard]] const Agency* agency(const base::AgencyId& id) const;

  // cases.cpp
  [[nodiscard]] base::Result<CasePointer> load(const base::CaseId& id);
  void keep(const CasePointer& loaded);
  void forget(const base::CaseId& id);
  [[nodiscard]] access::Decision decide(const Caller& caller, access::Action action, const CachedCase* loaded,
                                        std::string_view act, base::Date today) const;
  [[nodiscard]] ledger::Entry entry(const Caller& caller, std::string action, const base::CaseId* id = nullptr) const;
  /// Commits the read's entry, or joins the open window; then answers.
  void journal_read(const Caller& caller, const CachedCase& loaded, base::DataClasses classes, std::string_view action,
                    std::function<void(base::Status)> then);
  void write(const Caller& caller, CasePointer loaded, const casework::Act& act, casework::Record record,
             const WriteConditions& conditions, int tries, Done<Written> done);
  [[nodiscard]] base::Result<base::Bytes> seal_snapshot(const casework::State& state, const store::CaseRow& row,
                                                        crypto::PersonKey& person) const;
  [[nodiscard]] base::Result<casework::State> open_snapshot(const store::CaseRow& row) const;
  [[nodiscard]] base::Date today(std::string_view jurisdiction) const;
  void read_names();
  void index_name(const base::CaseId& id, const casework::State& state);
};

/// Denied and absent: the same words.
[[nodiscard]] std::unexpected<base::Error> no_such_case();
[[nodiscard]] std::string spell_reference(const base::CaseId& id);

}  // namespace remedium::app
