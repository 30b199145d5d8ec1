// Is the ledger whole, and does it speak of exactly what is stored? Reads only; the store may be running.

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <fstream>
#include <unordered_map>
#include <unordered_set>

#include "base/json.h"
#include "ledger/checkpoint.h"
#include "store/sqlite/database.h"
#include "store/sqlite/schema.h"
#include "store/store.h"

namespace remedium::store {

namespace {

struct EventKey {
  base::CaseId case_id;
  std::uint64_t sequence;
  bool operator==(const EventKey&) const = default;
};
struct EventKeyHash {
  std::size_t operator()(const EventKey& key) const noexcept {
    return std::hash<base::CaseId>()(key.case_id) ^ (key.sequence * 0x9e3779b97f4a7c15ULL);
  }
};

class Verification {
 public:
  Verification(Database& database, base::ByteView public_key, VerifyReport& report)
      : database_(database), public_key_(public_key), report_(report) {}

  base::Status run() {
    // One read transaction: a running store goes on, this sees one moment of it.
    if (!database_.execute("BEGIN")) return store_failed("be read", database_.message());
    check_file();
    read_checkpoints();
    check_entries();
    check_events();
    (void)database_.execute("COMMIT");
    return {};
  }

 private:
  void wrong(std::string sentence) {
    if (report_.wrong.size() < 20) report_.wrong.push_back(std::move(sentence));
  }

  void check_file() {
    if (database_.pragma("PRAGMA application_id") != application_id) wrong("The file's header was changed.");
    Use statement(database_.prepared("PRAGMA integrity_check(5)"));
    while (statement->step()) {
      if (statement->text_at(0) != "ok") wrong(fmt::format("The database file is damaged: {}", statement->text_at(0)));
    }
    if (statement->failed()) wrong("The database file is damaged.");
  }

  void read_checkpoints() {
    Use statement(database_.prepared("SELECT size,note FROM checkpoints ORDER BY size"));
    while (statement->step()) {
      ++report_.checkpoints;
      const auto opened = ledger::open_note(statement->text_at(1), public_key_);
      if (!opened || opened->size != static_cast<std::uint64_t>(statement->integer_at(0))) {
        wrong(fmt::format("The checkpoint of size {} is not signed by this instance's key.", statement->integer_at(0)));
        continue;
      }
      checkpoints_[opened->size] = opened->root;
      newest_ = std::max(newest_, opened->size);
    }
  }

  void check_entries() {
    ledger::Frontier tree;
    std::int64_t last_at = std::numeric_limits<std::int64_t>::min();
    Use statement(database_.prepared("SELECT idx,data,case_id FROM ledger ORDER BY idx"));
    while (statement->step()) {
      const auto index = static_cast<std::uint64_t>(statement->integer_at(0));
      const auto data = statement->text_at(1);
      if (index != tree.size()) {
        wrong(fmt::format("Entry {} is missing.", tree.size()));
        return;
      }
      tree.append(ledger::leaf_hash(data));
      if (const auto found = checkpoints_.find(tree.size()); found != checkpoints_.end()) {
        if (found->second != tree.root())
          wrong(fmt::format("The first {} entries do not hash to their signed checkpoint: an entry was changed.",
                            tree.size()));
        else
          ++matched_;
      }
      read_entry(index, data, statement->blob_at(2), last_at);
    }
    if (statement->failed()) wrong("The ledger cannot be read to its end.");
    report_.entries = tree.size();
    if (newest_ != tree.size())
      wrong(fmt::format("There are {} entries, but the newest checkpoint covers {}.", tree.size(), newest_));
    if (matched_ != checkpoints_.size() && report_.wrong.empty())
      wrong("A checkpoint speaks of entries that are not there.");
  }

  void read_entry(std::uint64_t index, std::string_view data, base::ByteView case_column, std::int64_t& last_at) {
    const auto document = base::parse_json(data);
    const auto* entry = document ? document->if_object() : nullptr;
    if (entry == nullptr) {
      wrong(fmt::format("Entry {} is not JSON.", index));
      return;
    }
    const auto text = [&](std::string_view key) {
      const auto* value = entry->if_contains(key);
      return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
    };
    const auto at = base::Instant::parse(text("at"));
    if (!at || at->microseconds < last_at) wrong(fmt::format("Entry {} is earlier than the one before it.", index));
    if (at) last_at = at->microseconds;
    const auto id = base::CaseId::parse(text("case"));
    const bool same_case = id ? base::text_of(id->bytes()) == base::text_of(case_column) : case_column.empty();
    if (!same_case) wrong(fmt::format("Entry {} is filed under another case than it names.", index));
    const auto* sequence = entry->if_contains("sequence");
    const auto digest = text("digest");
    if (id && sequence != nullptr && sequence->is_int64() && !digest.empty()) {
      if (!digests_.emplace(EventKey{*id, static_cast<std::uint64_t>(sequence->get_int64())}, digest).second) {
        wrong(fmt::format("Entry {} records an event a second time.", index));
      }
    }
    if (id && text("action") == "person.erased") erased_.insert(*id);
  }

  void check_events() {
    Use statement(database_.prepared("SELECT case_id,sequence,kind,recorded_at,official,agency,body FROM events"));
    std::uint64_t with_entry = 0;
    while (statement->step()) {
      ++report_.events;
      StoredEvent event;
      event.case_id = statement->id_at<base::CaseId>(0);
      event.sequence = static_cast<std::uint64_t>(statement->integer_at(1));
      event.kind = statement->text_at(2);
      event.recorded_at = {statement->integer_at(3)};
      event.official = statement->id_at<base::OfficialId>(4);
      event.agency = statement->id_at<base::AgencyId>(5);
      const auto body = statement->blob_at(6);
      event.body.assign(body.begin(), body.end());
      const auto found = digests_.find({event.case_id, event.sequence});
      if (found == digests_.end()) {
        wrong(fmt::format("Event {} of {} has no entry.", event.sequence, event.case_id.str()));
        continue;
      }
      ++with_entry;
      const bool is_erased = event.body.empty() && erased_.contains(event.case_id);
      if (!is_erased && found->second != event_digest(event))
        wrong(fmt::format("Event {} of {} was changed after it was recorded.", event.sequence, event.case_id.str()));
    }
    if (statement->failed()) wrong("The events cannot be read to their end.");
    if (with_entry != digests_.size())
      wrong(fmt::format("{} events that the ledger records are not there.", digests_.size() - with_entry));
  }

  Database& database_;
  base::ByteView public_key_;
  VerifyReport& report_;
  std::unordered_map<std::uint64_t, ledger::Hash> checkpoints_;
  std::uint64_t newest_ = 0;
  std::size_t matched_ = 0;
  std::unordered_map<EventKey, std::string, EventKeyHash> digests_;
  std::unordered_set<base::CaseId> erased_;
};

}  // namespace

base::Result<VerifyReport> verify_directory(const std::string& directory, base::ByteView public_key) {
  TRY(const auto database, Database::open(directory + "/remedium.db", true));
  VerifyReport report;
  TRY_STATUS(Verification(*database, public_key, report).run());
  return report;
}

base::Result<base::Bytes> read_public_key(const std::string& directory) {
  std::ifstream file(directory + "/checkpoint.pub");
  std::string line;
  std::getline(file, line);
  auto key = base::from_base64(line);
  if (!file || !key || key->size() != 32) {
    return base::fail({base::ErrorKind::not_found, "no_public_key", "There is no checkpoint.pub in the data folder.",
                       "SAFETY: Ledger", "Give the key with --public-key, from where you keep it.", "public-key"});
  }
  return std::move(*key);
}

}  // namespace remedium::store
