// The embedded store: one writer that commits whatever waits with one sync, and as many readers as ask.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include "ledger/tree.h"
#include "store/rules.h"
#include "store/sqlite/database.h"
#include "store/sqlite/schema.h"
#include "store/store.h"

namespace remedium::store {

namespace {

using base::ErrorKind;

constexpr std::int64_t checkpoint_every_entries = 1000;
constexpr std::int64_t checkpoint_every_us = 60'000'000;
constexpr std::chrono::microseconds gather_time{500};  // a tenth of what a sync costs on a slow disk

base::Status make_ready(Database& database, const char* schema) {
  // secure_delete overwrites what is removed: an erased key must not linger on a free page.
  if (!database.execute(
          "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON; "
          "PRAGMA wal_autocheckpoint=8000; PRAGMA cache_size=-48000; PRAGMA temp_store=MEMORY;")) {
    return store_failed("be made ready", database.message());
  }
  const auto version = database.pragma("PRAGMA user_version");
  const auto id = database.pragma("PRAGMA application_id");
  const auto tables = database.pragma("SELECT count(*) FROM sqlite_master");
  if (tables > 0 && id != application_id) {
    return refuse(ErrorKind::invalid_input, "not_ours", "The file in the data folder is another program's.",
                  "store schema", "Give another --data folder.");
  }
  if (version > schema_version) {
    return refuse(ErrorKind::invalid_input, "newer_data",
                  fmt::format("The data has schema {}, this program knows {}.", version, schema_version),
                  "SAFETY: operation", "Use the newer program. Nothing was written.");
  }
  if (version == 0) {
    const auto sql = fmt::format("BEGIN IMMEDIATE; {} PRAGMA application_id={}; PRAGMA user_version={}; COMMIT;",
                                 schema, application_id, schema_version);
    if (!database.execute(sql.c_str())) return store_failed("be made", database.message());
  }
  return {};
}

CaseRow row_of(const Statement& statement) {
  CaseRow row;
  row.id = statement.id_at<base::CaseId>(0);
  row.version = static_cast<std::uint64_t>(statement.integer_at(1));
  row.person = statement.id_at<base::PersonId>(2);
  row.reference = statement.text_at(3);
  row.jurisdiction = statement.text_at(4);
  row.agency = statement.id_at<base::AgencyId>(5);
  row.stage = statement.text_at(6);
  row.age = statement.text_at(7);
  row.origin = statement.text_at(8);
  row.opened_on = base::Date(static_cast<std::int32_t>(statement.integer_at(9)));
  row.updated_at = {statement.integer_at(10)};
  row.owed = static_cast<std::int32_t>(statement.integer_at(11));
  row.delivered = static_cast<std::int32_t>(statement.integer_at(12));
  row.late = static_cast<std::int32_t>(statement.integer_at(13));
  row.unknown = static_cast<std::int32_t>(statement.integer_at(14));
  if (!statement.null_at(15)) row.next_due = base::Date(static_cast<std::int32_t>(statement.integer_at(15)));
  return row;
}

#define CASE_COLUMNS                                                                                                   \
  "id,version,person,reference,jurisdiction,agency,stage,age,origin,opened_on,updated_at,owed,delivered,late,unknown," \
  "next_due"

HoldRow hold_of(const Statement& statement) {
  HoldRow hold;
  const auto digest = statement.blob_at(0);
  hold.code_digest.assign(digest.begin(), digest.end());
  hold.case_id = statement.id_at<base::CaseId>(1);
  hold.issued_by = statement.text_at(2);
  hold.from = base::Date(static_cast<std::int32_t>(statement.integer_at(3)));
  if (!statement.null_at(4)) hold.until = base::Date(static_cast<std::int32_t>(statement.integer_at(4)));
  hold.until_is_minimum = statement.integer_at(5) != 0;
  hold.status = statement.text_at(6);
  return hold;
}

struct Waiting {
  Change change;
  Store::Done done;
};

class SqliteStore final : public Store {
 public:
  SqliteStore(std::string directory, Options options, int lock)
      : directory_(std::move(directory)), options_(std::move(options)), lock_(lock) {}

  ~SqliteStore() override {
    {
      const std::lock_guard guard(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (writer_.joinable()) writer_.join();
    idle_.clear();
    main_.reset();
    keys_.reset();
    if (lock_ >= 0) close(lock_);
  }

  base::Status start() {
    TRY(main_, Database::open(directory_ + "/remedium.db", false));
    TRY_STATUS(make_ready(*main_, schema_sql));
    TRY(keys_, Database::open(directory_ + "/keys.db", false));
    TRY_STATUS(make_ready(*keys_, keys_schema_sql));
    {
      Use statement(main_->prepared("SELECT bytes FROM state WHERE name='frontier'"));
      if (statement->step() && !ledger::Frontier::from_bytes(statement->blob_at(0), frontier_)) {
        return refuse(ErrorKind::corrupt, "bad_frontier", "The journal's state does not read.", "SAFETY: Ledger",
                      "Restore the data from a backup.");
      }
    }
    {
      Use statement(main_->prepared("SELECT bytes FROM state WHERE name='last_at'"));
      if (statement->step())
        last_at_ = std::strtoll(std::string(base::text_of(statement->blob_at(0))).c_str(), nullptr, 10);
    }
    last_kept_ = frontier_.size();
    newest_checkpoint_ = static_cast<std::int64_t>(frontier_.size());
    TRY_STATUS(sweep_erased());
    if (!options_.checkpoint_public_key.empty()) {
      std::ofstream(directory_ + "/checkpoint.pub") << options_.checkpoint_public_key << "\n";
    }
    writer_ = std::thread([this] { write_loop(); });
    return {};
  }

  void submit(Change change, Done done) override {
    if (change.entries.empty()) {
      done(refuse(ErrorKind::internal, "no_entry", "A change without a journal entry.", "SAFETY: promise 4",
                  "Report this."));
      return;
    }
    {
      const std::lock_guard guard(mutex_);
      if (broken_) {
        lock_free_refusal(done);
        return;
      }
      if (queue_.size() < options_.max_queue) {
        queue_.push_back({std::move(change), std::move(done)});
        wake_.notify_one();
        return;
      }
    }
    done(refuse(ErrorKind::too_many, "store_busy", "Too many changes are waiting.", "SAFETY: limits on everything",
                "Try again in a second."));
  }

  // --- reads ---

  base::Result<std::optional<CaseRow>> find_case(const base::CaseId& id) override {
    return read([&](Database& database) -> base::Result<std::optional<CaseRow>> {
      Use statement(database.prepared("SELECT " CASE_COLUMNS
                                      ",(SELECT bytes FROM snapshots WHERE case_id=id) FROM cases WHERE id=?"));
      statement->blob(id.bytes());
      return one_case(*statement);
    });
  }

  base::Result<std::optional<CaseRow>> find_case_by_reference(std::string_view reference) override {
    return read([&](Database& database) -> base::Result<std::optional<CaseRow>> {
      Use statement(database.prepared("SELECT " CASE_COLUMNS
                                      ",(SELECT bytes FROM snapshots WHERE case_id=id) FROM cases WHERE reference=?"));
      statement->text(reference);
      return one_case(*statement);
    });
  }

  base::Result<std::vector<StoredEvent>> events(const base::CaseId& id, std::uint64_t after,
                                                std::size_t limit) override {
    return read([&](Database& database) -> base::Result<std::vector<StoredEvent>> {
      Use statement(
          database.prepared("SELECT sequence,kind,recorded_at,official,agency,body FROM events WHERE case_id=? AND "
                            "sequence>? ORDER BY sequence LIMIT ?"));
      statement->blob(id.bytes()).integer(static_cast<std::int64_t>(after)).integer(static_cast<std::int64_t>(limit));
      std::vector<StoredEvent> events;
      while (statement->step()) {
        StoredEvent event;
        event.case_id = id;
        event.sequence = static_cast<std::uint64_t>(statement->integer_at(0));
        event.kind = statement->text_at(1);
        event.recorded_at = {statement->integer_at(2)};
        event.official = statement->id_at<base::OfficialId>(3);
        event.agency = statement->id_at<base::AgencyId>(4);
        const auto body = statement->blob_at(5);
        event.body.assign(body.begin(), body.end());
        events.push_back(std::move(event));
      }
      if (statement->failed()) return store_failed("read", database.message());
      return events;
    });
  }

  base::Result<CasePage> list_cases(const CaseQuery& query) override;

  base::Status scan_cases(const std::function<bool(const CaseRow&)>& visit) override {
    auto done = read([&](Database& database) -> base::Result<bool> {
      Use statement(
          database.prepared("SELECT " CASE_COLUMNS ",(SELECT bytes FROM snapshots WHERE case_id=id) FROM cases"));
      while (statement->step()) {
        auto row = row_of(*statement);
        const auto snapshot = statement->blob_at(16);
        row.snapshot.assign(snapshot.begin(), snapshot.end());
        if (!visit(row)) break;
      }
      if (statement->failed()) return store_failed("read", database.message());
      return true;
    });
    if (!done) return std::unexpected(done.error());
    return {};
  }

  base::Result<std::vector<Assignment>> assignments_of_case(const base::CaseId& id) override {
    return assignments("SELECT case_id,official,role,from_day,to_day FROM assignments WHERE case_id=?", id.bytes());
  }
  base::Result<std::vector<Assignment>> assignments_of_official(const base::OfficialId& id) override {
    return assignments("SELECT case_id,official,role,from_day,to_day FROM assignments WHERE official=?", id.bytes());
  }

  base::Result<std::optional<HoldRow>> find_hold(base::ByteView code_digest) override {
    return read([&](Database& database) -> base::Result<std::optional<HoldRow>> {
      Use statement(
          database.prepared("SELECT code_digest,case_id,issued_by,from_day,until_day,until_is_minimum,status FROM "
                            "holds WHERE code_digest=?"));
      statement->blob(code_digest);
      if (statement->step()) return std::optional(hold_of(*statement));
      if (statement->failed()) return store_failed("read", database.message());
      return std::optional<HoldRow>{};
    });
  }

  base::Result<std::vector<HoldRow>> holds_of_case(const base::CaseId& id) override {
    return read([&](Database& database) -> base::Result<std::vector<HoldRow>> {
      Use statement(
          database.prepared("SELECT code_digest,case_id,issued_by,from_day,until_day,until_is_minimum,status FROM "
                            "holds WHERE case_id=?"));
      statement->blob(id.bytes());
      std::vector<HoldRow> holds;
      while (statement->step()) holds.push_back(hold_of(*statement));
      if (statement->failed()) return store_failed("read", database.message());
      return holds;
    });
  }

  base::Result<std::optional<base::Bytes>> document(std::string_view collection, std::string_view key) override {
    return read([&](Database& database) -> base::Result<std::optional<base::Bytes>> {
      Use statement(database.prepared("SELECT bytes FROM documents WHERE collection=? AND name=?"));
      statement->text(collection).text(key);
      return one_blob(*statement, database);
    });
  }

  base::Result<std::vector<Document>> documents(std::string_view collection) override {
    return read([&](Database& database) -> base::Result<std::vector<Document>> {
      Use statement(database.prepared("SELECT name,bytes FROM documents WHERE collection=? ORDER BY name"));
      statement->text(collection);
      std::vector<Document> found;
      while (statement->step()) {
        const auto bytes = statement->blob_at(1);
        found.push_back(
            {std::string(collection), std::string(statement->text_at(0)), base::Bytes(bytes.begin(), bytes.end())});
      }
      if (statement->failed()) return store_failed("read", database.message());
      return found;
    });
  }

  base::Result<std::vector<TallyAdd>> tallies(std::string_view name) override {
    return read([&](Database& database) -> base::Result<std::vector<TallyAdd>> {
      Use statement(database.prepared("SELECT bucket,total FROM tallies WHERE name=? ORDER BY bucket"));
      statement->text(name);
      std::vector<TallyAdd> found;
      while (statement->step())
        found.push_back({std::string(name), std::string(statement->text_at(0)), statement->integer_at(1)});
      if (statement->failed()) return store_failed("read", database.message());
      return found;
    });
  }

  base::Result<std::optional<IdempotencyRecord>> find_idempotency(const base::OfficialId& official,
                                                                  std::string_view key) override {
    return read([&](Database& database) -> base::Result<std::optional<IdempotencyRecord>> {
      Use statement(
          database.prepared("SELECT request_digest,status,body,at FROM idempotency WHERE official=? AND name=?"));
      statement->blob(official.bytes()).text(key);
      if (!statement->step()) {
        if (statement->failed()) return store_failed("read", database.message());
        return std::optional<IdempotencyRecord>{};
      }
      const auto digest = statement->blob_at(0);
      return std::optional(IdempotencyRecord{official,
                                             std::string(key),
                                             base::Bytes(digest.begin(), digest.end()),
                                             static_cast<int>(statement->integer_at(1)),
                                             std::string(statement->text_at(2)),
                                             {statement->integer_at(3)}});
    });
  }

  base::Result<std::optional<base::Bytes>> wrapped_key(const base::PersonId& person) override {
    const std::lock_guard guard(keys_mutex_);
    if (!keys_reader_) {
      TRY(keys_reader_, Database::open(directory_ + "/keys.db", true));
    }
    Use statement(keys_reader_->prepared("SELECT wrapped FROM person_keys WHERE person=?"));
    statement->blob(person.bytes());
    return one_blob(*statement, *keys_reader_);
  }

  base::Result<std::uint64_t> count_cases() override { return count("SELECT count(*) FROM cases"); }
  base::Result<std::uint64_t> ledger_size() override { return count("SELECT coalesce(max(idx)+1,0) FROM ledger"); }

  base::Result<std::vector<LedgerRow>> ledger_entries(std::uint64_t from, std::size_t limit) override {
    return ledger_rows("SELECT idx,data FROM ledger WHERE idx>=?1 ORDER BY idx LIMIT ?2", from, limit, nullptr);
  }
  base::Result<std::vector<LedgerRow>> ledger_of_case(const base::CaseId& id, std::uint64_t from,
                                                      std::size_t limit) override {
    return ledger_rows("SELECT idx,data FROM ledger WHERE idx>=?1 AND case_id=?3 ORDER BY idx LIMIT ?2", from, limit,
                       &id);
  }

  base::Result<std::vector<CheckpointRow>> checkpoints() override {
    return read([&](Database& database) -> base::Result<std::vector<CheckpointRow>> {
      Use statement(database.prepared("SELECT size,note FROM checkpoints ORDER BY size"));
      std::vector<CheckpointRow> rows;
      while (statement->step())
        rows.push_back({static_cast<std::uint64_t>(statement->integer_at(0)), std::string(statement->text_at(1))});
      if (statement->failed()) return store_failed("read", database.message());
      return rows;
    });
  }

 private:
  /// Runs `work` on a reader connection of its own.
  template <class Work>
  auto read(Work&& work) -> decltype(work(std::declval<Database&>())) {
    std::unique_ptr<Database> database;
    {
      const std::lock_guard guard(idle_mutex_);
      if (!idle_.empty()) {
        database = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (!database) {
      auto opened = Database::open(directory_ + "/remedium.db", true);
      if (!opened) return std::unexpected(opened.error());
      database = std::move(*opened);
      (void)database->execute("PRAGMA cache_size=-4000; PRAGMA mmap_size=268435456;");
    }
    auto result = work(*database);
    const std::lock_guard guard(idle_mutex_);
    idle_.push_back(std::move(database));
    return result;
  }

  static base::Result<std::optional<CaseRow>> one_case(Statement& statement) {
    if (!statement.step()) {
      if (statement.failed()) return store_failed("read", "a case");
      return std::optional<CaseRow>{};
    }
    auto row = row_of(statement);
    const auto snapshot = statement.blob_at(16);
    row.snapshot.assign(snapshot.begin(), snapshot.end());
    return std::optional(std::move(row));
  }

  static base::Result<std::optional<base::Bytes>> one_blob(Statement& statement, Database& database) {
    if (statement.step()) {
      const auto bytes = statement.blob_at(0);
      return std::optional(base::Bytes(bytes.begin(), bytes.end()));
    }
    if (statement.failed()) return store_failed("read", database.message());
    return std::optional<base::Bytes>{};
  }

  base::Result<std::vector<Assignment>> assignments(const char* sql, base::ByteView id) {
    return read([&](Database& database) -> base::Result<std::vector<Assignment>> {
      Use statement(database.prepared(sql));
      statement->blob(id);
      std::vector<Assignment> found;
      while (statement->step()) {
        Assignment assignment{statement->id_at<base::CaseId>(0), statement->id_at<base::OfficialId>(1),
                              std::string(statement->text_at(2)),
                              base::Date(static_cast<std::int32_t>(statement->integer_at(3))), std::nullopt};
        if (!statement->null_at(4)) assignment.to = base::Date(static_cast<std::int32_t>(statement->integer_at(4)));
        found.push_back(std::move(assignment));
      }
      if (statement->failed()) return store_failed("read", database.message());
      return found;
    });
  }

  base::Result<std::uint64_t> count(const char* sql) {
    return read([&](Database& database) -> base::Result<std::uint64_t> {
      Use statement(database.prepared(sql));
      if (!statement->step()) return store_failed("read", database.message());
      return static_cast<std::uint64_t>(statement->integer_at(0));
    });
  }

  base::Result<std::vector<LedgerRow>> ledger_rows(const char* sql, std::uint64_t from, std::size_t limit,
                                                   const base::CaseId* id) {
    return read([&](Database& database) -> base::Result<std::vector<LedgerRow>> {
      Use statement(database.prepared(sql));
      statement->integer(static_cast<std::int64_t>(from)).integer(static_cast<std::int64_t>(limit));
      if (id != nullptr) statement->blob(id->bytes());
      std::vector<LedgerRow> rows;
      while (statement->step())
        rows.push_back({static_cast<std::uint64_t>(statement->integer_at(0)), std::string(statement->text_at(1))});
      if (statement->failed()) return store_failed("read", database.message());
      return rows;
    });
  }

  static void lock_free_refusal(const Done& done) {
    done(refuse(ErrorKind::unavailable, "store_stopped", "The disk failed; this store writes no more.",
                "SAFETY: promise 1", "Nothing was acknowledged. Look at the disk, then start the program again."));
  }

  // --- the writer ---

  void write_loop() {
    std::vector<Waiting> group;
    std::size_t last_size = 1;
    for (;;) {
      {
        std::unique_lock guard(mutex_);
        wake_.wait(guard, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        // Those who were just answered are about to ask again: a moment's wait puts them behind one sync instead of
        // two. A lone client waits for nobody.
        wake_.wait_for(guard, gather_time, [&] { return stopping_ || queue_.size() >= last_size; });
        while (!queue_.empty() && group.size() < options_.max_group) {
          group.push_back(std::move(queue_.front()));
          queue_.pop_front();
        }
      }
      last_size = group.size();
      write_group(group);
      group.clear();
    }
  }

  void write_group(std::vector<Waiting>& group) {
    std::vector<base::Result<Committed>> results;
    results.reserve(group.size());
    const auto frontier_before = frontier_;
    const auto at_before = last_at_;
    bool good = write_keys(group) && main_->execute("BEGIN IMMEDIATE");
    if (good) {
      for (auto& waiting : group) {
        auto result = write_change(waiting.change);
        if (!result && result.error().code == "store_failed") {
          good = false;
          break;
        }
        results.push_back(std::move(result));
      }
    }
    good = good && write_ledger_state() && main_->execute("COMMIT");
    if (good) {
      destroy_keys(group, results);
      for (std::size_t i = 0; i < group.size(); ++i) group[i].done(std::move(results[i]));
      return;
    }
    // A failed write or sync is never tried again: what is on the disk is then not known. Say so, and stop.
    (void)main_->execute("ROLLBACK");
    frontier_ = frontier_before;
    last_at_ = at_before;
    std::deque<Waiting> rest;
    {
      const std::lock_guard guard(mutex_);
      broken_ = true;
      rest.swap(queue_);
    }
    for (auto& waiting : group) lock_free_refusal(waiting.done);
    for (auto& waiting : rest) lock_free_refusal(waiting.done);
  }

  /// New keys reach the disk before anything that is sealed under them.
  bool write_keys(const std::vector<Waiting>& group) {
    const auto has_new = [](const Waiting& waiting) { return !waiting.change.new_keys.empty(); };
    if (std::ranges::none_of(group, has_new)) return true;
    bool good = keys_->execute("BEGIN IMMEDIATE");
    for (const auto& waiting : group) {
      for (const auto& key : waiting.change.new_keys) {
        auto& statement = keys_->prepared("INSERT OR IGNORE INTO person_keys(person,wrapped) VALUES(?,?)");
        good = good && statement.blob(key.person.bytes()).blob(key.wrapped).run();
      }
    }
    return good && keys_->execute("COMMIT");
  }

  /// After the change that erases is on the disk: a crash in between leaves a key that `sweep_erased` removes
  /// at the next start.
  void destroy_keys(const std::vector<Waiting>& group, const std::vector<base::Result<Committed>>& results) {
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (!results[i]) continue;
      for (const auto& person : group[i].change.destroyed_keys) {
        auto& tombstone = keys_->prepared("INSERT OR IGNORE INTO tombstones(person,at) VALUES(?,?)");
        auto& statement = keys_->prepared("DELETE FROM person_keys WHERE person=?");
        const bool good = keys_->execute("BEGIN IMMEDIATE") && tombstone.blob(person.bytes()).integer(last_at_).run() &&
                          statement.blob(person.bytes()).run() && keys_->execute("COMMIT") &&
                          keys_->execute("PRAGMA wal_checkpoint(TRUNCATE)");
        if (!good) {
          const std::lock_guard guard(mutex_);
          broken_ = true;
        }
      }
    }
  }

  base::Status sweep_erased() {
    std::vector<base::PersonId> erased;
    {
      Use statement(main_->prepared("SELECT person FROM cases WHERE stage='erased'"));
      while (statement->step()) erased.push_back(statement->id_at<base::PersonId>(0));
    }
    for (const auto& person : erased) {
      if (!keys_->prepared("DELETE FROM person_keys WHERE person=?").blob(person.bytes()).run())
        return store_failed("erase a key", keys_->message());
    }
    return {};
  }

  base::Result<Committed> write_change(Change& change) {
    if (change.idempotency) {
      Use statement(main_->prepared("SELECT 1 FROM idempotency WHERE official=? AND name=?"));
      statement->blob(change.idempotency->official.bytes()).text(change.idempotency->key);
      if (statement->step()) return idempotency_replay();
      if (statement->failed()) return store_failed("read", main_->message());
    }
    Committed committed;
    if (change.case_id) {
      Use statement(main_->prepared("SELECT version FROM cases WHERE id=?"));
      statement->blob(change.case_id->bytes());
      committed.version = statement->step() ? static_cast<std::uint64_t>(statement->integer_at(0)) : 0;
      if (statement->failed()) return store_failed("read", main_->message());
    }
    TRY_STATUS(check_change(change, committed.version));
    if (change.row && committed.version == 0) {
      Use statement(main_->prepared("SELECT 1 FROM cases WHERE reference=? AND id<>?"));
      statement->text(change.row->reference).blob(change.row->id.bytes());
      if (statement->step()) return reference_taken();
      if (statement->failed()) return store_failed("read", main_->message());
    }
    committed.version += change.events.size();
    const auto now = options_.now ? options_.now().microseconds : last_at_ + 1;
    last_at_ = std::max(last_at_, now);
    committed.at = {last_at_};
    committed.first_entry = frontier_.size();
    const bool good = write_rows(change) && write_entries(change, committed.at);
    if (!good) return store_failed("write", main_->message());
    return committed;
  }

  bool write_rows(const Change& change) {
    for (const auto& event : change.events) {
      auto& statement = main_->prepared(
          "INSERT INTO events(case_id,sequence,kind,recorded_at,official,agency,body) VALUES(?,?,?,?,?,?,?)");
      if (!statement.blob(event.case_id.bytes())
               .integer(static_cast<std::int64_t>(event.sequence))
               .text(event.kind)
               .integer(event.recorded_at.microseconds)
               .blob(event.official.bytes())
               .blob(event.agency.bytes())
               .blob(event.body)
               .run())
        return false;
    }
    if (change.row && !write_case(*change.row)) return false;
    for (const auto& assignment : change.assignments) {
      auto& statement = main_->prepared(
          "INSERT OR REPLACE INTO assignments(case_id,official,role,from_day,to_day,agency) "
          "VALUES(?1,?2,?3,?4,?5,coalesce((SELECT agency FROM cases WHERE id=?1),x''))");
      statement.blob(assignment.case_id.bytes())
          .blob(assignment.official.bytes())
          .text(assignment.role)
          .integer(assignment.from.days_since_epoch());
      if (assignment.to)
        statement.integer(assignment.to->days_since_epoch());
      else
        statement.null();
      if (!statement.run()) return false;
    }
    for (const auto& hold : change.holds) {
      auto& statement = main_->prepared(
          "INSERT OR REPLACE INTO holds(code_digest,case_id,issued_by,from_day,until_day,until_is_minimum,status) "
          "VALUES(?,?,?,?,?,?,?)");
      statement.blob(hold.code_digest)
          .blob(hold.case_id.bytes())
          .text(hold.issued_by)
          .integer(hold.from.days_since_epoch());
      if (hold.until)
        statement.integer(hold.until->days_since_epoch());
      else
        statement.null();
      if (!statement.integer(hold.until_is_minimum ? 1 : 0).text(hold.status).run()) return false;
    }
    for (const auto& document : change.documents) {
      if (document.bytes.empty()) {
        if (!main_->prepared("DELETE FROM documents WHERE collection=? AND name=?")
                 .text(document.collection)
                 .text(document.key)
                 .run())
          return false;
      } else if (!main_->prepared("INSERT OR REPLACE INTO documents(collection,name,bytes) VALUES(?,?,?)")
                      .text(document.collection)
                      .text(document.key)
                      .blob(document.bytes)
                      .run()) {
        return false;
      }
    }
    for (const auto& tally : change.tallies) {
      auto& statement = main_->prepared(
          "INSERT INTO tallies(name,bucket,total) VALUES(?1,?2,?3) ON CONFLICT(name,bucket) DO UPDATE SET "
          "total=total+?3");
      if (!statement.text(tally.name).text(tally.bucket).integer(tally.add).run()) return false;
    }
    for (const auto& id : change.erased_cases) {
      if (!main_->prepared("UPDATE events SET body=x'' WHERE case_id=?").blob(id.bytes()).run()) return false;
      if (!main_->prepared("DELETE FROM snapshots WHERE case_id=?").blob(id.bytes()).run()) return false;
    }
    if (change.idempotency) {
      const auto& record = *change.idempotency;
      auto& statement =
          main_->prepared("INSERT INTO idempotency(official,name,request_digest,status,body,at) VALUES(?,?,?,?,?,?)");
      if (!statement.blob(record.official.bytes())
               .text(record.key)
               .blob(record.request_digest)
               .integer(record.status)
               .text(record.body)
               .integer(record.at.microseconds)
               .run())
        return false;
    }
    return true;
  }

  bool write_case(const CaseRow& row) {
    auto& statement = main_->prepared("INSERT INTO cases(" CASE_COLUMNS
                                      ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET "
                                      "version=excluded.version,person=excluded.person,"
                                      "agency=excluded.agency,stage=excluded.stage,age=excluded.age,updated_at="
                                      "excluded.updated_at,owed=excluded.owed,delivered=excluded.delivered,"
                                      "late=excluded.late,unknown=excluded.unknown,next_due=excluded.next_due");
    statement.blob(row.id.bytes())
        .integer(static_cast<std::int64_t>(row.version))
        .blob(row.person.bytes())
        .text(row.reference)
        .text(row.jurisdiction)
        .blob(row.agency.bytes())
        .text(row.stage)
        .text(row.age)
        .text(row.origin)
        .integer(row.opened_on.days_since_epoch())
        .integer(row.updated_at.microseconds)
        .integer(row.owed)
        .integer(row.delivered)
        .integer(row.late)
        .integer(row.unknown);
    if (row.next_due)
      statement.integer(row.next_due->days_since_epoch());
    else
      statement.null();
    if (!statement.run()) return false;
    if (row.version > 1 && !main_->prepared("UPDATE assignments SET agency=?1 WHERE case_id=?2 AND agency<>?1")
                                .blob(row.agency.bytes())
                                .blob(row.id.bytes())
                                .run())
      return false;
    if (row.snapshot.empty()) return true;
    return main_->prepared("INSERT OR REPLACE INTO snapshots(case_id,bytes) VALUES(?,?)")
        .blob(row.id.bytes())
        .blob(row.snapshot)
        .run();
  }

  bool write_entries(const Change& change, base::Instant at) {
    for (const auto& entry : change.entries) {
      const auto index = frontier_.size();
      const auto data = ledger::serialise(entry, index, at);
      auto& statement = main_->prepared("INSERT INTO ledger(idx,case_id,data) VALUES(?,?,?)");
      statement.integer(static_cast<std::int64_t>(index));
      const auto id = base::CaseId::parse(entry.case_id);
      if (id)
        statement.blob(id->bytes());
      else
        statement.null();
      if (!statement.text(data).run()) return false;
      frontier_.append(ledger::leaf_hash(data));
    }
    return true;
  }

  bool write_ledger_state() {
    const auto bytes = frontier_.bytes();
    if (!main_->prepared("INSERT OR REPLACE INTO state(name,bytes) VALUES('frontier',?)").blob(bytes).run())
      return false;
    const auto at = std::to_string(last_at_);
    if (!main_->prepared("INSERT OR REPLACE INTO state(name,bytes) VALUES('last_at',?)").blob(base::bytes_of(at)).run())
      return false;
    if (!options_.signer) return true;
    const auto root = frontier_.root();
    const auto note = options_.signer(frontier_.size(), root, {last_at_});
    // The newest checkpoint replaces the one before it, unless that one is to be kept.
    const auto size = static_cast<std::int64_t>(frontier_.size());
    const bool keep_previous = newest_checkpoint_ - static_cast<std::int64_t>(last_kept_) >= checkpoint_every_entries ||
                               last_at_ - last_kept_at_ >= checkpoint_every_us;
    if (keep_previous) {
      last_kept_ = static_cast<std::uint64_t>(newest_checkpoint_);
      last_kept_at_ = last_at_;
    } else if (newest_checkpoint_ > static_cast<std::int64_t>(last_kept_) && newest_checkpoint_ != size) {
      if (!main_->prepared("DELETE FROM checkpoints WHERE size=?").integer(newest_checkpoint_).run()) return false;
    }
    newest_checkpoint_ = size;
    return main_->prepared("INSERT OR REPLACE INTO checkpoints(size,note) VALUES(?,?)").integer(size).text(note).run();
  }

  std::string directory_;
  Options options_;
  int lock_;

  // Touched by the writer thread alone.
  std::unique_ptr<Database> main_;
  std::unique_ptr<Database> keys_;
  ledger::Frontier frontier_;
  std::int64_t last_at_ = 0;
  std::uint64_t last_kept_ = 0;
  std::int64_t last_kept_at_ = 0;
  std::int64_t newest_checkpoint_ = 0;
  std::thread writer_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;
  bool stopping_ = false;
  bool broken_ = false;

  std::mutex idle_mutex_;
  std::vector<std::unique_ptr<Database>> idle_;
  std::mutex keys_mutex_;
  std::unique_ptr<Database> keys_reader_;
};

/// Which rows one statement lists. An official of an agency sees the agency's cases and those assigned elsewhere: two
/// lists, each along an index of its own, merged; one statement with OR would sort all that the agency has.
enum class Scope { everything, agency, assigned, assigned_elsewhere };

std::string list_sql(const CaseQuery& query, Scope scope, bool from_cursor) {
  const std::string_view key = by_due(query)                             ? "next_due"
                               : query.order == CaseQuery::Order::opened ? "opened_on"
                                                                         : "updated_at";
  std::string where = "1";
  const auto also = [&](std::string_view condition) { where += fmt::format(" AND {}", condition); };
  switch (scope) {
    case Scope::everything:
      break;
    case Scope::agency:
      also("agency=:agency");
      break;
    case Scope::assigned:
      also("id IN (SELECT case_id FROM assignments WHERE official=:official)");
      break;
    case Scope::assigned_elsewhere:
      also(
          "id IN (SELECT case_id FROM assignments WHERE official=:official AND agency<:agency UNION ALL "
          "SELECT case_id FROM assignments WHERE official=:official AND agency>:agency)");
      break;
  }
  if (query.stage) also("stage=:stage");
  if (query.age) also("age=:age");
  if (query.origin) also("origin=:origin");
  if (by_due(query)) also("next_due IS NOT NULL");
  if (query.due_before) also("next_due<:before");
  // The first condition is what the index seeks by; the second leaves out the rows of the page before.
  if (from_cursor) also(fmt::format("{0}{1}:value AND ({0}<>:value OR id>:id)", key, by_due(query) ? ">=" : "<="));
  return fmt::format("SELECT " CASE_COLUMNS " FROM cases WHERE {} ORDER BY {} {}, id LIMIT :limit", where, key,
                     by_due(query) ? "ASC" : "DESC");
}

/// The one copy of a statement's text: a prepared statement is kept by its text's address. Filters make a few dozen
/// forms, no more.
const char* kept_text(std::string sql) {
  static std::mutex mutex;
  static std::set<std::string, std::less<>> texts;
  const std::lock_guard guard(mutex);
  return texts.insert(std::move(sql)).first->c_str();
}

base::Result<std::vector<CaseRow>> list_scope(Database& database, const CaseQuery& query, Scope scope,
                                              const std::optional<Cursor>& cursor) {
  Use statement(database.prepared(kept_text(list_sql(query, scope, cursor.has_value()))));
  // Named parameters are numbered by their first appearance: bind in the order in which they stand in the text.
  const auto agency = query.agency ? query.agency->bytes() : base::ByteView{};
  const auto official = query.assigned_to ? query.assigned_to->bytes() : base::ByteView{};
  if (scope == Scope::assigned || scope == Scope::assigned_elsewhere) statement->blob(official);
  if (scope == Scope::agency || scope == Scope::assigned_elsewhere) statement->blob(agency);
  if (query.stage) statement->text(*query.stage);
  if (query.age) statement->text(*query.age);
  if (query.origin) statement->text(*query.origin);
  if (query.due_before) statement->integer(query.due_before->days_since_epoch());
  if (cursor) statement->integer(cursor->value).blob(cursor->id.bytes());
  statement->integer(static_cast<std::int64_t>(query.limit) + 1);
  std::vector<CaseRow> rows;
  while (statement->step()) rows.push_back(row_of(*statement));
  if (statement->failed()) return store_failed("list", database.message());
  return rows;
}

base::Result<CasePage> SqliteStore::list_cases(const CaseQuery& query) {
  TRY_STATUS(check_limit(query));
  TRY(const auto cursor, read_cursor(query.cursor));
  if (!query.agency && !query.assigned_to && !query.all) return CasePage{};
  return read([&](Database& database) -> base::Result<CasePage> {
    const auto first = query.agency ? Scope::agency : query.assigned_to ? Scope::assigned : Scope::everything;
    TRY(auto rows, list_scope(database, query, first, cursor));
    if (query.agency && query.assigned_to) {
      TRY(auto elsewhere, list_scope(database, query, Scope::assigned_elsewhere, cursor));
      const auto middle = static_cast<std::ptrdiff_t>(rows.size());
      std::ranges::move(elsewhere, std::back_inserter(rows));
      std::ranges::inplace_merge(rows, rows.begin() + middle, [&](const CaseRow& a, const CaseRow& b) {
        return before(query, {sort_value(query, a), a.id}, {sort_value(query, b), b.id});
      });
      if (rows.size() > query.limit + 1) rows.resize(query.limit + 1);
    }
    return page_of(query, std::move(rows));
  });
}

}  // namespace

base::Result<std::unique_ptr<Store>> open_sqlite(const std::string& directory, Options options) {
  std::error_code ec;
  std::filesystem::create_directories(directory, ec);
  chmod(directory.c_str(), 0700);
  const int lock = open((directory + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) {
    return refuse(ErrorKind::unavailable, "no_folder", fmt::format("The data folder {} cannot be written.", directory),
                  "SAFETY: operation", "Give a folder that this user may write, with --data.");
  }
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return refuse(ErrorKind::conflict, "in_use", "Another remedium has this data folder open.", "SAFETY: operation",
                  "Stop the other one, or use its API.");
  }
  auto store = std::make_unique<SqliteStore>(directory, std::move(options), lock);
  TRY_STATUS(store->start());
  return store;
}

}  // namespace remedium::store
