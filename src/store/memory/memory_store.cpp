// The oracle of tests: the same promises as the other back ends, but for durability, in the plainest form.

#include <algorithm>
#include <map>
#include <mutex>

#include "ledger/tree.h"
#include "store/rules.h"
#include "store/store.h"

namespace remedium::store {

namespace {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(Options options) : options_(std::move(options)) {}

  /// `done` is called before this returns, in the caller's thread.
  void submit(Change change, Done done) override { done(write(std::move(change))); }

  base::Result<std::optional<CaseRow>> find_case(const base::CaseId& id) override {
    const std::lock_guard guard(mutex_);
    return find_in(cases_, id);
  }
  base::Result<std::optional<CaseRow>> find_case_by_reference(std::string_view reference) override {
    const std::lock_guard guard(mutex_);
    for (const auto& [id, row] : cases_) {
      if (row.reference == reference) return std::optional(row);
    }
    return std::optional<CaseRow>{};
  }
  base::Result<std::vector<StoredEvent>> events(const base::CaseId& id, std::uint64_t after,
                                                std::size_t limit) override {
    const std::lock_guard guard(mutex_);
    std::vector<StoredEvent> found;
    for (const auto& event : events_[id]) {
      if (event.sequence > after && found.size() < limit) found.push_back(event);
    }
    return found;
  }
  base::Result<CasePage> list_cases(const CaseQuery& query) override {
    TRY_STATUS(check_limit(query));
    TRY(const auto cursor, read_cursor(query.cursor));
    const std::lock_guard guard(mutex_);
    std::vector<CaseRow> rows;
    for (const auto& [id, row] : cases_) {
      if (!matches(query, row) || (cursor && !before(query, *cursor, {sort_value(query, row), id}))) continue;
      rows.push_back(row);
      rows.back().snapshot.clear();
    }
    std::ranges::sort(rows, [&](const auto& a, const auto& b) {
      return before(query, {sort_value(query, a), a.id}, {sort_value(query, b), b.id});
    });
    if (rows.size() > query.limit + 1) rows.resize(query.limit + 1);
    return page_of(query, std::move(rows));
  }
  base::Status scan_cases(const std::function<bool(const CaseRow&)>& visit) override {
    const std::lock_guard guard(mutex_);
    for (const auto& [id, row] : cases_) {
      if (!visit(row)) break;
    }
    return {};
  }
  base::Result<std::vector<Assignment>> assignments_of_case(const base::CaseId& id) override {
    return select_assignments([&](const Assignment& one) { return one.case_id == id; });
  }
  base::Result<std::vector<Assignment>> assignments_of_official(const base::OfficialId& id) override {
    return select_assignments([&](const Assignment& one) { return one.official == id; });
  }
  base::Result<std::optional<HoldRow>> find_hold(base::ByteView code_digest) override {
    const std::lock_guard guard(mutex_);
    return find_in(holds_, base::Bytes(code_digest.begin(), code_digest.end()));
  }
  base::Result<std::vector<HoldRow>> holds_of_case(const base::CaseId& id) override {
    const std::lock_guard guard(mutex_);
    std::vector<HoldRow> found;
    for (const auto& [digest, hold] : holds_) {
      if (hold.case_id == id) found.push_back(hold);
    }
    return found;
  }
  base::Result<std::optional<base::Bytes>> document(std::string_view collection, std::string_view key) override {
    const std::lock_guard guard(mutex_);
    return find_in(documents_, Name{collection, key});
  }
  base::Result<std::vector<Document>> documents(std::string_view collection) override {
    const std::lock_guard guard(mutex_);
    std::vector<Document> found;
    for (const auto& [name, bytes] : documents_) {
      if (name.first == collection) found.push_back({name.first, name.second, bytes});
    }
    return found;
  }
  base::Result<std::vector<TallyAdd>> tallies(std::string_view name) override {
    const std::lock_guard guard(mutex_);
    std::vector<TallyAdd> found;
    for (const auto& [key, total] : tallies_) {
      if (key.first == name) found.push_back({key.first, key.second, total});
    }
    return found;
  }
  base::Result<std::optional<IdempotencyRecord>> find_idempotency(const base::OfficialId& official,
                                                                  std::string_view key) override {
    const std::lock_guard guard(mutex_);
    return find_in(idempotency_, std::pair(official, std::string(key)));
  }
  base::Result<std::optional<base::Bytes>> wrapped_key(const base::PersonId& person) override {
    const std::lock_guard guard(mutex_);
    return find_in(keys_, person);
  }
  base::Result<std::uint64_t> count_cases() override {
    const std::lock_guard guard(mutex_);
    return std::uint64_t{cases_.size()};
  }

  base::Result<std::uint64_t> ledger_size() override {
    const std::lock_guard guard(mutex_);
    return std::uint64_t{ledger_.size()};
  }
  base::Result<std::vector<LedgerRow>> ledger_entries(std::uint64_t from, std::size_t limit) override {
    return select_entries(from, limit, [](const auto&) { return true; });
  }
  base::Result<std::vector<LedgerRow>> ledger_of_case(const base::CaseId& id, std::uint64_t from,
                                                      std::size_t limit) override {
    return select_entries(from, limit, [case_id = id.str()](const auto& held) { return held.case_id == case_id; });
  }
  base::Result<std::vector<CheckpointRow>> checkpoints() override {
    const std::lock_guard guard(mutex_);
    return checkpoint_ ? std::vector{*checkpoint_} : std::vector<CheckpointRow>{};
  }

 private:
  using Name = std::pair<std::string, std::string>;
  struct Held {
    std::string case_id;
    std::string data;
  };

  template <class Map>
  static std::optional<typename Map::mapped_type> find_in(const Map& map, const typename Map::key_type& key) {
    const auto found = map.find(key);
    return found == map.end() ? std::nullopt : std::optional(found->second);
  }

  base::Result<Committed> write(Change change) {
    if (change.entries.empty())
      return refuse(base::ErrorKind::internal, "no_entry", "A change without a journal entry.", "SAFETY: promise 4",
                    "Report this.");
    const std::lock_guard guard(mutex_);
    if (change.idempotency && idempotency_.contains({change.idempotency->official, change.idempotency->key}))
      return idempotency_replay();
    Committed committed;
    if (change.case_id) {
      const auto found = cases_.find(*change.case_id);
      committed.version = found == cases_.end() ? 0 : found->second.version;
    }
    TRY_STATUS(check_change(change, committed.version));
    if (change.row && std::ranges::any_of(cases_, [&](const auto& one) {
          return one.second.reference == change.row->reference && one.first != change.row->id;
        })) {
      return reference_taken();
    }
    committed.version += change.events.size();
    last_at_ = std::max(last_at_, options_.now ? options_.now().microseconds : last_at_ + 1);
    committed.at = {last_at_};
    committed.first_entry = ledger_.size();
    apply(std::move(change));
    if (options_.signer)
      checkpoint_ = CheckpointRow{frontier_.size(), options_.signer(frontier_.size(), frontier_.root(), committed.at)};
    return committed;
  }

  void apply(Change change) {
    for (auto& event : change.events) events_[event.case_id].push_back(std::move(event));
    if (change.row) {
      auto& row = cases_[change.row->id];
      // What a case is born with stays; an empty snapshot leaves the last one.
      auto kept = row.reference.empty() ? *change.row : row;
      if (change.row->snapshot.empty()) change.row->snapshot = std::move(row.snapshot);
      row = std::move(*change.row);
      row.reference = kept.reference;
      row.jurisdiction = kept.jurisdiction;
      row.origin = kept.origin;
      row.opened_on = kept.opened_on;
    }
    for (auto& one : change.assignments) assignments_[{one.case_id, one.official, one.role}] = one;
    for (auto& hold : change.holds) holds_[hold.code_digest] = hold;
    for (auto& document : change.documents) {
      if (document.bytes.empty())
        documents_.erase({document.collection, document.key});
      else
        documents_[{document.collection, document.key}] = document.bytes;
    }
    for (const auto& tally : change.tallies) tallies_[{tally.name, tally.bucket}] += tally.add;
    for (const auto& id : change.erased_cases) {
      for (auto& event : events_[id]) event.body.clear();
      if (const auto found = cases_.find(id); found != cases_.end()) found->second.snapshot.clear();
    }
    if (change.idempotency)
      idempotency_.emplace(std::pair(change.idempotency->official, change.idempotency->key), *change.idempotency);
    for (auto& key : change.new_keys) keys_.emplace(key.person, std::move(key.wrapped));
    for (const auto& person : change.destroyed_keys) keys_.erase(person);
    for (const auto& entry : change.entries) {
      ledger_.push_back({entry.case_id, ledger::serialise(entry, ledger_.size(), {last_at_})});
      frontier_.append(ledger::leaf_hash(ledger_.back().data));
    }
  }

  bool matches(const CaseQuery& query, const CaseRow& row) {
    const auto assigned = [&] {
      return query.assigned_to && std::ranges::any_of(assignments_, [&](const auto& one) {
               return one.second.case_id == row.id && one.second.official == *query.assigned_to;
             });
    };
    if (!((query.all && !query.agency && !query.assigned_to) || (query.agency && row.agency == *query.agency) ||
          assigned()))
      return false;
    if ((query.stage && row.stage != *query.stage) || (query.age && row.age != *query.age) ||
        (query.origin && row.origin != *query.origin))
      return false;
    return !by_due(query) || (row.next_due && (!query.due_before || *row.next_due < *query.due_before));
  }

  template <class Wanted>
  base::Result<std::vector<Assignment>> select_assignments(const Wanted& wanted) {
    const std::lock_guard guard(mutex_);
    std::vector<Assignment> found;
    for (const auto& [key, one] : assignments_) {
      if (wanted(one)) found.push_back(one);
    }
    return found;
  }

  template <class Wanted>
  base::Result<std::vector<LedgerRow>> select_entries(std::uint64_t from, std::size_t limit, const Wanted& wanted) {
    const std::lock_guard guard(mutex_);
    std::vector<LedgerRow> rows;
    for (auto i = from; i < ledger_.size() && rows.size() < limit; ++i) {
      if (wanted(ledger_[i])) rows.push_back({i, ledger_[i].data});
    }
    return rows;
  }

  Options options_;
  std::mutex mutex_;
  std::map<base::CaseId, CaseRow> cases_;
  std::map<base::CaseId, std::vector<StoredEvent>> events_;
  std::map<std::tuple<base::CaseId, base::OfficialId, std::string>, Assignment> assignments_;
  std::map<base::Bytes, HoldRow> holds_;
  std::map<Name, base::Bytes> documents_;
  std::map<Name, std::int64_t> tallies_;
  std::map<std::pair<base::OfficialId, std::string>, IdempotencyRecord> idempotency_;
  std::map<base::PersonId, base::Bytes> keys_;
  std::vector<Held> ledger_;
  ledger::Frontier frontier_;
  std::optional<CheckpointRow> checkpoint_;
  std::int64_t last_at_ = 0;
};

}  // namespace

std::unique_ptr<Store> open_memory(Options options) {
  return std::make_unique<MemoryStore>(std::move(options));
}

}  // namespace remedium::store
