// The embedded store beside a bare SQLite loop that writes the same bytes in groups of the same size, on the same disk,
// in the same run.
//
//   store_bench [FOLDER]     FOLDER: on the disk to measure; a folder in it is made and removed
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>

#include "base/random.h"
#include "crypto/crypto.h"
#include "ledger/checkpoint.h"
#include "store/store.h"

namespace {

using namespace remedium;
using Clock = std::chrono::steady_clock;

constexpr std::size_t body_bytes = 600;
constexpr std::size_t snapshot_bytes = 1200;
constexpr int clients = 32;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

[[noreturn]] void stop(const std::string& why) {
  fmt::print(stderr, "store_bench: {}\n", why);
  std::exit(1);
}

class Bench {
 public:
  explicit Bench(std::string folder) : folder_(std::move(folder)), signer_(crypto::Digest{5}) {}

  store::Options options() {
    store::Options options;
    options.signer = [this](std::uint64_t size, base::ByteView root, base::Instant at) {
      ledger::Hash hash;
      std::ranges::copy(root, hash.begin());
      const auto text = ledger::checkpoint_text(size, hash, at);
      return ledger::signed_note(text, signer_.sign(text), signer_.public_key());
    };
    options.now = [] {
      const auto now = std::chrono::system_clock::now().time_since_epoch();
      return base::Instant{std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
    };
    return options;
  }

  store::Change change(std::uint64_t sequence, std::size_t body, std::size_t snapshot,
                       const store::CaseRow* on = nullptr) {
    store::Change change;
    store::CaseRow row;
    if (on != nullptr)
      row = *on;
    else {
      row.id = snapshot == 0 ? ascending_id() : base::CaseId::draw(random_);
      row.person = base::PersonId::draw(random_);
      row.reference = row.id.str();
      row.jurisdiction = "gb";
      row.agency = agency_;
      row.stage = random_.below(2) == 0 ? "presumed" : "conclusive";
      row.age = "adult";
      row.origin = snapshot == 0 ? "imported" : "opened";
      row.opened_on = base::Date(20'000);
    }
    row.version = sequence;
    row.updated_at = {static_cast<std::int64_t>(++written_)};
    row.snapshot.resize(snapshot, 3);
    change.case_id = row.id;
    change.based_on = sequence - 1;
    store::StoredEvent event{row.id, sequence, "steps", {1}, {}, agency_, base::Bytes(body, 7)};
    ledger::Entry entry{.action = "act.steps", .official = "system", .case_id = row.id.str(), .sequence = sequence};
    entry.digest = store::event_digest(event);
    change.events.push_back(std::move(event));
    change.entries.push_back(std::move(entry));
    change.row = std::move(row);
    return change;
  }

  /// `waiting` changes in flight at any time, `total` in all; changes a second.
  double submit(store::Store& store, std::vector<store::Change> changes, std::size_t waiting) {
    std::mutex mutex;
    std::condition_variable wake;
    std::size_t in_flight = 0;
    const auto start = Clock::now();
    for (auto& one : changes) {
      std::unique_lock lock(mutex);
      wake.wait(lock, [&] { return in_flight < waiting; });
      ++in_flight;
      lock.unlock();
      store.submit(std::move(one), [&](const base::Result<store::Committed>& result) {
        if (!result) stop(result.error().message);
        const std::lock_guard guard(mutex);
        --in_flight;
        wake.notify_one();
      });
    }
    std::unique_lock lock(mutex);
    wake.wait(lock, [&] { return in_flight == 0; });
    return static_cast<double>(changes.size()) / seconds_since(start);
  }

  /// What a bare loop does: one table, the same number of bytes a row, a sync every `clients` rows.
  double bare(int total) {
    const auto path = folder_ + "/bare.db";
    sqlite3* handle = nullptr;
    sqlite3_stmt* insert = nullptr;
    const auto run = [&](const char* sql) {
      if (sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) != SQLITE_OK) stop(sqlite3_errmsg(handle));
    };
    if (sqlite3_open(path.c_str(), &handle) != SQLITE_OK) stop("no bare database");
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(id BLOB PRIMARY KEY, body BLOB) WITHOUT "
        "ROWID;");
    if (sqlite3_prepare_v2(handle, "INSERT INTO t VALUES(?,?)", -1, &insert, nullptr) != SQLITE_OK)
      stop("no bare statement");
    // Event, snapshot, and about 400 bytes of row and entry.
    const base::Bytes body(body_bytes + snapshot_bytes + 400, 7);
    const auto start = Clock::now();
    for (int i = 0; i < total; i += clients) {
      run("BEGIN IMMEDIATE");
      for (int j = 0; j < clients; ++j) {
        const auto id = base::CaseId::draw(random_);
        sqlite3_bind_blob(insert, 1, id.bytes().data(), 16, SQLITE_STATIC);
        sqlite3_bind_blob(insert, 2, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
        if (sqlite3_step(insert) != SQLITE_DONE) stop("the bare loop cannot write");
        sqlite3_reset(insert);
      }
      run("COMMIT");
    }
    const auto rate = total / seconds_since(start);
    sqlite3_finalize(insert);
    sqlite3_close(handle);
    return rate;
  }

  std::vector<store::Change> cases(int total, std::size_t body, std::size_t snapshot) {
    std::vector<store::Change> changes;
    changes.reserve(static_cast<std::size_t>(total));
    for (int i = 0; i < total; ++i) changes.push_back(change(1, body, snapshot));
    return changes;
  }

  void writes() {
    constexpr int total = 32 * 300;
    double bare_best = 0;
    double store_best = 0;
    for (int round = 0; round < 3; ++round) {
      bare_best = std::max(bare_best, bare(total));
      std::filesystem::remove_all(folder_ + "/bare.db");
      std::filesystem::remove_all(folder_ + "/bare.db-wal");
      auto opened = store::open_sqlite(folder_ + fmt::format("/w{}", round), options());
      if (!opened) stop(opened.error().message);
      store_best = std::max(store_best, submit(**opened, cases(total, body_bytes, snapshot_bytes), clients));
    }
    fmt::print("durable changes, {} clients, {} bytes: store {:.0f}/s, bare SQLite loop {:.0f}/s, ratio {:.2f}\n",
               clients, body_bytes + snapshot_bytes + 400, store_best, bare_best, store_best / bare_best);
  }

  void many() {
    const auto place = folder_ + "/many";
    auto opened = store::open_sqlite(place, options());
    if (!opened) stop(opened.error().message);
    auto& store = **opened;
    list_latency_at(store, 10'000);
    list_latency_at(store, 100'000);
    fmt::print("import, {} changes of one event of 200 bytes: {:.0f}/s\n", imported_, imported_ / import_seconds_);
    constexpr int reads = 100'000;
    const auto start = Clock::now();
    for (int i = 0; i < reads; ++i) {
      const auto row = store.find_case(ids_[random_.below(ids_.size())]);
      if (!row || !*row) stop("a case is not there");
    }
    fmt::print("find_case at {} cases, one thread: {:.0f}/s\n", ids_.size(), reads / seconds_since(start));
    opened->reset();
    const auto from = Clock::now();
    const auto report = store::verify_directory(place, signer_.public_key());
    if (!report || !report->wrong.empty()) stop(report ? report->wrong.front() : report.error().message);
    fmt::print("verify {} entries and {} events: {:.2f} s\n", report->entries, report->events, seconds_since(from));
  }

 private:
  /// As an importer draws them: ids that ascend land on neighbouring pages of every index; the tail is random.
  base::CaseId ascending_id() {
    std::array<std::uint8_t, 16> bytes{};
    random_.fill(bytes);
    ++ascending_;
    for (unsigned i = 0; i < 5; ++i) bytes[i] = static_cast<std::uint8_t>(ascending_ >> (8 * (4 - i)));
    return *base::CaseId::from_bytes(bytes);
  }

  void list_latency_at(store::Store& store, int total) {
    auto changes = cases(total - static_cast<int>(ids_.size()), 200, 0);
    for (const auto& one : changes) ids_.push_back(*one.case_id);
    imported_ += static_cast<double>(changes.size());
    const auto start = Clock::now();
    (void)submit(store, std::move(changes), 2000);
    import_seconds_ += seconds_since(start);
    const auto time = [&](const char* name, store::CaseQuery query) {
      query.agency = agency_;
      query.assigned_to = base::OfficialId::draw(random_);
      std::vector<double> each;
      for (int i = 0; i < 300; ++i) {
        const auto from = Clock::now();
        const auto page = store.list_cases(query);
        if (!page) stop(page.error().message);
        each.push_back(seconds_since(from) * 1e6);
      }
      std::ranges::sort(each);
      fmt::print("list at {} cases, {}: p50 {:.0f} µs, p99 {:.0f} µs\n", total, name, each[150], each[297]);
    };
    time("newest first", {});
    time("by stage", {.stage = "presumed"});
    time("by origin, none of it", {.origin = "opened"});
    time("by stage and origin", {.stage = "presumed", .origin = "imported"});
    store::CaseQuery deep;
    deep.cursor = fmt::format("{}.00000000000000000000000000000000", static_cast<std::int64_t>(written_) - total / 2);
    time("a page from the middle", deep);
  }

  std::string folder_;
  crypto::Signer signer_;
  base::SeededRandom random_{1};
  base::AgencyId agency_ = base::AgencyId::draw(random_);
  std::uint64_t written_ = 0;
  std::uint64_t ascending_ = 0x3333333333;
  std::vector<base::CaseId> ids_;
  double imported_ = 0;
  double import_seconds_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (!crypto::initialise()) stop("libsodium cannot be used");
  const std::string folder =
      (argc > 1 ? std::string(argv[1]) : std::filesystem::temp_directory_path().string()) + "/remedium-store-bench";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  Bench bench(folder);
  bench.writes();
  bench.many();
  std::filesystem::remove_all(folder);
}
