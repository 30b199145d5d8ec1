// Where cases, events, keys, holds, officials and the journal are kept. One small interface, one test suite, every back
// end.
//
// The store sees ciphertext and pseudonyms. It decides nothing about people: it keeps versions, keeps each change
// whole, and puts the journal entries of a change into the ledger in the same transaction.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/error.h"
#include "base/id.h"
#include "ledger/entry.h"

namespace remedium::store {

/// One event of a case, as stored. `body` is sealed by the caller, class by class.
struct StoredEvent {
  base::CaseId case_id;
  std::uint64_t sequence = 0;  ///< 1, 2, 3 … within the case
  std::string kind;            ///< the act's resource name
  base::Instant recorded_at;
  base::OfficialId official;  ///< nil for the system
  base::AgencyId agency;
  base::Bytes body;
};

/// What lists, deadlines and counts need of a case, in clear but pseudonymous; and the sealed snapshot of its state.
struct CaseRow {
  base::CaseId id;
  std::uint64_t version = 0;  ///< sequence of its last event
  base::PersonId person;      ///< nil for an anonymous case
  std::string reference;      ///< short, spoken: "R-7F3K-2M"; unique
  std::string jurisdiction;   ///< pack name
  base::AgencyId agency;      ///< the agency responsible
  std::string stage;          ///< presumed | reasonable_grounds | conclusive | negative | closed | erased
  std::string age;            ///< adult | child | not_sure
  std::string origin;         ///< opened | imported
  base::Date opened_on;
  base::Instant updated_at;
  std::int32_t owed = 0;  ///< entitlements due on the day it was computed
  std::int32_t delivered = 0;
  std::int32_t late = 0;
  std::int32_t unknown = 0;
  std::optional<base::Date> next_due;
  base::Bytes snapshot;  ///< sealed by the caller
};

/// A live relation between an official and a case.
struct Assignment {
  base::CaseId case_id;
  base::OfficialId official;
  std::string role;
  base::Date from;
  std::optional<base::Date> to;
};

/// The bar on removal, as a border post may learn it. Found by a digest of the code; says nothing of the case.
struct HoldRow {
  base::Bytes code_digest;  ///< 32 bytes, keyed
  base::CaseId case_id;
  std::string issued_by;  ///< the authority's name, for the answer
  base::Date from;
  std::optional<base::Date> until;  ///< last day; absent: open
  bool until_is_minimum = false;    ///< it runs at least until then
  std::string status;               ///< active | ended | withdrawn
};

/// Small documents by collection and key: officials, agencies, settings, tallies' definitions. Bytes are the caller's.
struct Document {
  std::string collection;
  std::string key;
  base::Bytes bytes;  ///< empty: the document is removed
};

/// A count that goes up: adults who declined identification, by month and agency. Nothing identifying.
struct TallyAdd {
  std::string name;    ///< "identification.declined"
  std::string bucket;  ///< "gb/2026-11"
  std::int64_t add = 1;
};

/// The remembered answer to a write, so that a retry is exactly once.
struct IdempotencyRecord {
  base::OfficialId official;
  std::string key;
  base::Bytes request_digest;  ///< SHA-256 of method, path and body
  int status = 0;
  std::string body;
  base::Instant at;
};

struct PersonKeyRow {
  base::PersonId person;
  base::Bytes wrapped;  ///< the person key, sealed by the instance key
};

/// Lower-case hex SHA-256 of everything an event row holds: what the journal entry of the event says in `digest`.
[[nodiscard]] std::string event_digest(const StoredEvent& event);

/// One command's worth of writing. All of it or none; its entries are in the ledger or nothing is.
struct Change {
  std::optional<base::CaseId> case_id;  ///< checked against `based_on`
  std::uint64_t based_on = 0;           ///< the version the change was decided on; 0 for a new case
  std::vector<StoredEvent> events;
  std::optional<CaseRow> row;           ///< the case's new row
  std::vector<Assignment> assignments;  ///< upserted by (case, official, role)
  std::vector<HoldRow> holds;           ///< upserted by code_digest
  std::vector<Document> documents;
  std::vector<TallyAdd> tallies;
  std::optional<IdempotencyRecord> idempotency;
  std::vector<PersonKeyRow> new_keys;
  std::vector<base::PersonId>
      destroyed_keys;  ///< erased: the wrapped key is overwritten and removed, a tombstone stays
  std::vector<base::CaseId>
      erased_cases;                    ///< their events' bodies and snapshots are emptied; rows stay as stage "erased"
  std::vector<ledger::Entry> entries;  ///< at least one, or the change is refused ("no entry, no data")
};

struct Committed {
  std::uint64_t first_entry = 0;  ///< index in the ledger of the change's first entry
  std::uint64_t version = 0;      ///< of the case, where there was one
  base::Instant at;               ///< the ledger's time
};

/// Which cases a caller may list. An official sees the cases assigned to them; `agency` widens it to the agency's own.
struct CaseQuery {
  std::optional<base::OfficialId> assigned_to;
  std::optional<base::AgencyId> agency;
  bool all = false;  ///< statistics and tests only
  std::optional<std::string> stage;
  std::optional<std::string> age;
  std::optional<std::string> origin;
  std::optional<base::Date> due_before;  ///< only cases whose next step was due before this day
  enum class Order {
    updated,
    opened,
    next_due
  } order = Order::updated;  ///< updated, opened: newest first; next_due: soonest first
  std::string cursor;        ///< opaque, from the last page; empty for the first
  std::size_t limit = 25;    ///< 1 to 200
};

struct CasePage {
  std::vector<CaseRow> rows;  ///< without `snapshot`
  std::string next_cursor;    ///< empty at the end
};

struct LedgerRow {
  std::uint64_t index = 0;
  std::string data;  ///< exactly what `serialise` gave
};

struct CheckpointRow {
  std::uint64_t size = 0;
  std::string note;  ///< the signed checkpoint, C2SP form
};

/// Signs checkpoints; given by the caller, because only `crypto` sees a key.
using CheckpointSigner = std::function<std::string(std::uint64_t size, base::ByteView root, base::Instant at)>;

class Store {
 public:
  virtual ~Store() = default;

  using Done = std::function<void(base::Result<Committed>)>;
  /// Queues a change; `done` is called once, from the store's writer thread, when the change is on disk or was not
  /// written (conflict: `version_conflict` with the current version in `next`; a full queue: too_many; a failed disk:
  /// unavailable, and the store then refuses every later write). Any thread.
  virtual void submit(Change change, Done done) = 0;
  /// submit, and wait.
  [[nodiscard]] base::Result<Committed> commit(Change change);

  // Reads; any thread. Each sees everything that was acknowledged before it began.
  [[nodiscard]] virtual base::Result<std::optional<CaseRow>> find_case(const base::CaseId& id) = 0;
  [[nodiscard]] virtual base::Result<std::optional<CaseRow>> find_case_by_reference(std::string_view reference) = 0;
  /// In order of sequence, from `after` (0: all), at most `limit`.
  [[nodiscard]] virtual base::Result<std::vector<StoredEvent>> events(const base::CaseId& id, std::uint64_t after,
                                                                      std::size_t limit) = 0;
  [[nodiscard]] virtual base::Result<CasePage> list_cases(const CaseQuery& query) = 0;
  /// Every case row with its snapshot, in batches, for building indexes. Stops when `visit` returns false.
  [[nodiscard]] virtual base::Status scan_cases(const std::function<bool(const CaseRow&)>& visit) = 0;
  [[nodiscard]] virtual base::Result<std::vector<Assignment>> assignments_of_case(const base::CaseId& id) = 0;
  [[nodiscard]] virtual base::Result<std::vector<Assignment>> assignments_of_official(const base::OfficialId& id) = 0;
  [[nodiscard]] virtual base::Result<std::optional<HoldRow>> find_hold(base::ByteView code_digest) = 0;
  [[nodiscard]] virtual base::Result<std::vector<HoldRow>> holds_of_case(const base::CaseId& id) = 0;
  [[nodiscard]] virtual base::Result<std::optional<base::Bytes>> document(std::string_view collection,
                                                                          std::string_view key) = 0;
  [[nodiscard]] virtual base::Result<std::vector<Document>> documents(std::string_view collection) = 0;
  [[nodiscard]] virtual base::Result<std::vector<TallyAdd>> tallies(std::string_view name) = 0;
  [[nodiscard]] virtual base::Result<std::optional<IdempotencyRecord>> find_idempotency(
      const base::OfficialId& official, std::string_view key) = 0;
  [[nodiscard]] virtual base::Result<std::optional<base::Bytes>> wrapped_key(const base::PersonId& person) = 0;
  [[nodiscard]] virtual base::Result<std::uint64_t> count_cases() = 0;

  // The ledger.
  [[nodiscard]] virtual base::Result<std::uint64_t> ledger_size() = 0;
  [[nodiscard]] virtual base::Result<std::vector<LedgerRow>> ledger_entries(std::uint64_t from, std::size_t limit) = 0;
  /// Entries about one case, oldest first.
  [[nodiscard]] virtual base::Result<std::vector<LedgerRow>> ledger_of_case(const base::CaseId& id, std::uint64_t from,
                                                                            std::size_t limit) = 0;
  [[nodiscard]] virtual base::Result<std::vector<CheckpointRow>> checkpoints() = 0;
};

/// Options every back end takes.
struct Options {
  std::string
      checkpoint_public_key;  ///< base64; written beside the data as `checkpoint.pub`, so that anybody can verify
  CheckpointSigner signer;    ///< called once a commit group; may be empty in tests: no checkpoints then
  std::function<base::Instant()> now;  ///< the wall clock
  std::size_t max_queue = 10'000;      ///< changes waiting
  std::size_t max_group = 512;         ///< changes committed with one sync
};

/// The oracle of tests: everything in memory, no durability.
[[nodiscard]] std::unique_ptr<Store> open_memory(Options options);

/// The embedded store: `directory/remedium.db` and `directory/keys.db`, made where absent. Refuses a newer schema, a
/// file that is not ours, a folder that cannot be written, and a second process ("in_use").
[[nodiscard]] base::Result<std::unique_ptr<Store>> open_sqlite(const std::string& directory, Options options);

/// What `verify_directory` found.
struct VerifyReport {
  std::uint64_t entries = 0;
  std::uint64_t checkpoints = 0;
  std::uint64_t events = 0;
  std::vector<std::string> wrong;  ///< at most 20 sentences; empty: verified
};

/// Reads the embedded store, running or not, and checks: every kept checkpoint is signed by `public_key` (32 bytes) and
/// is the root of the entries; the newest covers all; indexes without gap, times that never decrease; each event has
/// exactly one entry with its digest, and the reverse (erased cases excepted); SQLite's own integrity check. An error
/// only where the store cannot be read at all.
[[nodiscard]] base::Result<VerifyReport> verify_directory(const std::string& directory, base::ByteView public_key);
/// The key in `checkpoint.pub`.
[[nodiscard]] base::Result<base::Bytes> read_public_key(const std::string& directory);

}  // namespace remedium::store
