// What must hold of the embedded store when the process is killed, the disk fails, or somebody alters what is stored.
// REMEDIUM_LONG=1 runs more kills.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <future>

#include "store/sqlite/schema.h"
#include "store/store_test_support.h"

namespace remedium::store {
namespace {

bool is_long() {
  return std::getenv("REMEDIUM_LONG") != nullptr;
}

VerifyReport verified(const std::string& folder) {
  auto report = verify_directory(folder, TestKey().public_key);
  if (report) return *report;
  VerifyReport unreadable;
  unreadable.wrong.push_back(report.error().message);
  return unreadable;
}

class Faults : public testing::Test {
 protected:
  void SetUp() override { ASSERT_GE(sodium_init(), 0); }
  Folder folder;
  base::SeededRandom random{3};
};

// --- opening ---

TEST_F(Faults, RefusesASecondProcessANewerSchemaAndAnotherProgramsFile) {
  {
    const auto store = open_sqlite(folder.path(), test_options());
    ASSERT_TRUE(store);
    EXPECT_EQ(open_sqlite(folder.path(), test_options()).error().code, "in_use");
  }
  const auto set = [&](const char* sql) {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open((folder.path() + "/remedium.db").c_str(), &handle), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(handle);
  };
  set("PRAGMA user_version=99");
  EXPECT_EQ(open_sqlite(folder.path(), test_options()).error().code, "newer_data");
  set("PRAGMA user_version=1; PRAGMA application_id=7");
  EXPECT_EQ(open_sqlite(folder.path(), test_options()).error().code, "not_ours");
}

TEST_F(Faults, AFullQueueSaysSo) {
  auto options = test_options();
  options.max_queue = 1;
  std::promise<void> release;
  auto released = release.get_future().share();
  const auto store = open_sqlite(folder.path(), options).value();
  std::promise<void> held;
  store->submit(new_case(random), [&, released](const auto&) {
    held.set_value();
    released.wait();
  });
  held.get_future().wait();  // the writer is busy answering the first; one more may wait
  store->submit(new_case(random), [](const auto& result) { EXPECT_TRUE(result); });
  std::string code;
  store->submit(new_case(random), [&](const auto& result) { code = result ? "written" : result.error().code; });
  release.set_value();
  EXPECT_EQ(code, "store_busy");
}

// --- SIGKILL ---

/// Writes cases for ever, and tells each acknowledged id down the pipe.
[[noreturn]] void write_until_killed(const std::string& folder, int pipe, std::uint64_t seed) {
  base::SeededRandom random(seed);
  auto store = open_sqlite(folder, test_options());
  if (!store) _exit(3);
  for (;;) {
    auto change = new_case(random);
    const auto id = *change.case_id;
    change.new_keys.push_back({change.row->person, bytes("wrapped")});
    (*store)->submit(std::move(change), [pipe, id](const auto& result) {
      if (!result) return;
      if (::write(pipe, id.bytes().data(), id.bytes().size()) != 16) _exit(4);
    });
    if (random.below(8) == 0) usleep(200);
  }
}

TEST_F(Faults, WhatWasAcknowledgedSurvivesSigkill) {
  const int rounds = is_long() ? 200 : 20;
  std::vector<base::CaseId> acknowledged;
  for (int round = 0; round < rounds; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      write_until_killed(folder.path(), ends[1], static_cast<std::uint64_t>(round) + 100);
    }
    close(ends[1]);
    std::array<std::uint8_t, 16> id{};
    const auto before = acknowledged.size();
    const auto enough = before + 1 + random.below(60);
    // Killed once some are acknowledged; what the pipe still holds was acknowledged too.
    bool killed = false;
    while (::read(ends[0], id.data(), id.size()) == 16) {
      acknowledged.push_back(*base::CaseId::from_bytes(id));
      if (acknowledged.size() >= enough && !killed) {
        kill(child, SIGKILL);
        killed = true;
      }
    }
    close(ends[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself, status " << status;
    ASSERT_GT(acknowledged.size(), before);
    const auto report = verified(folder.path());
    ASSERT_TRUE(report.wrong.empty()) << report.wrong.front();
  }
  const auto store = open_sqlite(folder.path(), test_options()).value();
  for (const auto& id : acknowledged) {
    const auto row = store->find_case(id).value();
    ASSERT_TRUE(row) << id.str();
    ASSERT_TRUE(store->wrapped_key(row->person).value());
    ASSERT_EQ(store->events(id, 0, 10)->size(), 1U);
  }
  EXPECT_EQ(store->count_cases().value(), store->ledger_size().value());
}

// --- a disk that fails ---

/// A VFS over the default one whose n-th write or sync fails, once; everything after it works again, so that a store
/// that tried once more would be found out.
struct FailingDisk {
  static inline sqlite3_vfs vfs{};
  static inline sqlite3_vfs* real = nullptr;
  static inline std::atomic<int> calls_until_failure = -1;
  static inline std::atomic<int> calls = 0;

  struct File {
    sqlite3_file base;
    const sqlite3_io_methods* methods;  ///< the real file's
  };
  static inline sqlite3_io_methods methods{};

  static bool fails() {
    ++calls;
    return calls_until_failure.load() >= 0 && calls_until_failure.fetch_sub(1) == 0;
  }
  static sqlite3_file* under(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1);
  }

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
    auto* inner = under(file);
    const int code = real->xOpen(real, name, inner, flags, out);
    file->pMethods = inner->pMethods == nullptr ? nullptr : &methods;
    return code;
  }

  static void install() {
    real = sqlite3_vfs_find(nullptr);
    vfs = *real;
    vfs.zName = "failing";
    vfs.szOsFile = static_cast<int>(sizeof(File)) + real->szOsFile;
    vfs.xOpen = open;
    methods.iVersion = 2;
    methods.xClose = [](sqlite3_file* f) { return under(f)->pMethods->xClose(under(f)); };
    methods.xRead = [](sqlite3_file* f, void* p, int n, sqlite3_int64 at) {
      return under(f)->pMethods->xRead(under(f), p, n, at);
    };
    methods.xWrite = [](sqlite3_file* f, const void* p, int n, sqlite3_int64 at) {
      // A write that fails has half happened.
      if (fails()) return under(f)->pMethods->xWrite(under(f), p, n / 2, at), SQLITE_IOERR_WRITE;
      return under(f)->pMethods->xWrite(under(f), p, n, at);
    };
    methods.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
      return under(f)->pMethods->xTruncate(under(f), size);
    };
    methods.xSync = [](sqlite3_file* f, int flags) {
      return fails() ? SQLITE_IOERR_FSYNC : under(f)->pMethods->xSync(under(f), flags);
    };
    methods.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
      return under(f)->pMethods->xFileSize(under(f), size);
    };
    methods.xLock = [](sqlite3_file* f, int level) { return under(f)->pMethods->xLock(under(f), level); };
    methods.xUnlock = [](sqlite3_file* f, int level) { return under(f)->pMethods->xUnlock(under(f), level); };
    methods.xCheckReservedLock = [](sqlite3_file* f, int* out) {
      return under(f)->pMethods->xCheckReservedLock(under(f), out);
    };
    methods.xFileControl = [](sqlite3_file* f, int op, void* p) {
      return under(f)->pMethods->xFileControl(under(f), op, p);
    };
    methods.xSectorSize = [](sqlite3_file* f) { return under(f)->pMethods->xSectorSize(under(f)); };
    methods.xDeviceCharacteristics = [](sqlite3_file* f) {
      return under(f)->pMethods->xDeviceCharacteristics(under(f));
    };
    methods.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** p) {
      return under(f)->pMethods->xShmMap(under(f), page, size, extend, p);
    };
    methods.xShmLock = [](sqlite3_file* f, int offset, int n, int flags) {
      return under(f)->pMethods->xShmLock(under(f), offset, n, flags);
    };
    methods.xShmBarrier = [](sqlite3_file* f) { under(f)->pMethods->xShmBarrier(under(f)); };
    methods.xShmUnmap = [](sqlite3_file* f, int remove) { return under(f)->pMethods->xShmUnmap(under(f), remove); };
    sqlite3_vfs_register(&vfs, 1);
  }
  static void remove() {
    sqlite3_vfs_unregister(&vfs);
    sqlite3_vfs_register(real, 1);
  }
};

struct Journey {
  std::vector<base::CaseId> acknowledged;
  bool stopped = false;
};

/// Opens, writes eight cases with keys, a second event on one, an erasure.
Journey walk(const std::string& folder) {
  Journey journey;
  base::SeededRandom random(11);
  auto store = open_sqlite(folder, test_options());
  if (!store) {
    journey.stopped = true;
    return journey;
  }
  const auto commit = [&](Change change) {
    const auto id = *change.case_id;
    const auto result = (*store)->commit(std::move(change));
    // Once it has failed it stays failed: nothing is acknowledged after.
    if (journey.stopped) {
      EXPECT_FALSE(result);
    }
    if (!result) {
      EXPECT_EQ(result.error().kind, base::ErrorKind::unavailable) << result.error().code;
      journey.stopped = true;
    } else {
      journey.acknowledged.push_back(id);
    }
    return result.has_value();
  };
  std::optional<CaseRow> first;
  for (int i = 0; i < 8; ++i) {
    auto change = new_case(random);
    if (!first) first = change.row;
    change.new_keys.push_back({change.row->person, bytes("wrapped")});
    change.events[0].body.resize(3000, 7);
    change.entries[0].digest = event_digest(change.events[0]);
    commit(std::move(change));
  }
  auto second = next_event(*first, "second");
  if (journey.stopped) {
    commit(new_case(random));
    return journey;
  }
  const auto row = *second.row;
  if (!commit(std::move(second))) return journey;
  Change erase;
  erase.case_id = row.id;
  erase.based_on = 2;
  erase.row = row;
  erase.row->stage = "erased";
  erase.erased_cases = {row.id};
  erase.destroyed_keys = {row.person};
  erase.entries.push_back({.action = "person.erased", .official = "system", .case_id = row.id.str()});
  commit(std::move(erase));
  return journey;
}

TEST_F(Faults, AFailedWriteOrSyncStopsTheStoreAndLosesNothingAcknowledged) {
  FailingDisk::install();
  FailingDisk::calls = 0;
  {
    const Folder whole;
    const auto journey = walk(whole.path());
    EXPECT_FALSE(journey.stopped);
    EXPECT_EQ(journey.acknowledged.size(), 10U);
  }
  const int calls = FailingDisk::calls;
  ASSERT_GT(calls, 40);
  int stopped = 0;
  for (int n = 0; n < calls; ++n) {
    const Folder one;
    FailingDisk::calls_until_failure = n;
    const auto journey = walk(one.path());
    FailingDisk::calls_until_failure = -1;
    stopped += journey.stopped ? 1 : 0;
    auto reopened = open_sqlite(one.path(), test_options());
    ASSERT_TRUE(reopened) << "call " << n << ": " << reopened.error().message;
    for (const auto& id : journey.acknowledged) {
      const auto row = (*reopened)->find_case(id).value();
      ASSERT_TRUE(row) << "call " << n;
      const auto events = (*reopened)->events(id, 0, 10).value();
      ASSERT_EQ(events.size(), row->version) << "call " << n;
      ASSERT_EQ((*reopened)->wrapped_key(row->person)->has_value(), row->stage != "erased") << "call " << n;
    }
    EXPECT_TRUE((*reopened)->commit(new_case(random)));
    reopened->reset();
    const auto report = verified(one.path());
    ASSERT_TRUE(report.wrong.empty()) << "call " << n << ": " << report.wrong.front();
  }
  FailingDisk::remove();
  EXPECT_GT(stopped, calls / 2);
}

// --- somebody alters what is stored ---

/// Every byte of every column that the ledger answers for, one after the other.
TEST_F(Faults, OneChangedByteIsFound) {
  {
    const auto store = open_sqlite(folder.path(), test_options()).value();
    for (int i = 0; i < 3; ++i) {
      auto change = new_case(random);
      const auto row = *change.row;
      ASSERT_TRUE(store->commit(std::move(change)));
      ASSERT_TRUE(store->commit(next_event(row, "second")));
    }
    EXPECT_TRUE(verified(folder.path()).wrong.empty()) << "while it runs";
  }
  const auto whole = verified(folder.path());
  ASSERT_TRUE(whole.wrong.empty()) << whole.wrong.front();
  EXPECT_EQ(whole.entries, 6U);
  EXPECT_EQ(whole.events, 6U);
  EXPECT_GE(whole.checkpoints, 1U);

  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open((folder.path() + "/remedium.db").c_str(), &handle), SQLITE_OK);
  const auto run = [&](const std::string& sql) {
    ASSERT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sql << sqlite3_errmsg(handle);
  };
  const auto is_found = [&](const std::string& change) {
    // The change is undone from a copy of the table, made before.
    run(change);
    EXPECT_FALSE(verified(folder.path()).wrong.empty()) << change;
  };
  const auto number = [&](const char* sql) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(handle, sql, -1, &statement, nullptr), SQLITE_OK);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
    const int value = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return value;
  };
  // Hex of the value with one byte set to another, spliced by SQLite itself.
  const auto flip = [&](const std::string& table, const std::string& column, const std::string& where,
                        const std::string& type, int length) {
    for (int at = 1; at <= length; ++at) {
      run("CREATE TABLE held AS SELECT * FROM " + table + " WHERE " + where);
      const auto hex = "hex(" + column + ")";
      const auto offset = std::to_string(2 * at - 1);
      // The low bit of the byte's second digit: 0↔1, 2↔3, … E↔F.
      const std::string digit =
          "substr('1032547698BADCFE',instr('0123456789ABCDEF',substr(" + hex + "," + std::to_string(2 * at) + ",1)),1)";
      const auto altered =
          "substr(" + hex + ",1," + offset + ")||" + digit + "||substr(" + hex + "," + std::to_string(2 * at + 1) + ")";
      sqlite3_stmt* statement = nullptr;
      ASSERT_EQ(sqlite3_prepare_v2(handle, ("SELECT " + altered + " FROM " + table + " WHERE " + where).c_str(), -1,
                                   &statement, nullptr),
                SQLITE_OK);
      ASSERT_EQ(sqlite3_step(statement), SQLITE_ROW);
      const std::string value = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
      sqlite3_finalize(statement);
      const auto literal = type == "TEXT" ? "CAST(x'" + value + "' AS TEXT)" : "x'" + value + "'";
      is_found("UPDATE " + table + " SET " + column + "=" + literal + " WHERE " + where);
      run("UPDATE " + table + " SET " + column + "=(SELECT " + column + " FROM held)" + " WHERE " + where);
      run("DROP TABLE held");
    }
  };
  flip("ledger", "data", "idx=2", "TEXT", number("SELECT length(data) FROM ledger WHERE idx=2"));
  flip("ledger", "case_id", "idx=2", "BLOB", 16);
  flip("checkpoints", "note", "size=6", "TEXT", number("SELECT length(note) FROM checkpoints WHERE size=6"));
  flip("events", "body", "sequence=2 AND case_id=(SELECT max(case_id) FROM events)", "BLOB", 6);
  flip("events", "kind", "sequence=2 AND case_id=(SELECT max(case_id) FROM events)", "TEXT", 5);
  flip("events", "official", "sequence=2 AND case_id=(SELECT max(case_id) FROM events)", "BLOB", 16);
  EXPECT_TRUE(verified(folder.path()).wrong.empty());
  for (const auto* change :
       {"DELETE FROM ledger WHERE idx=5", "DELETE FROM ledger WHERE idx=0",
        "DELETE FROM events WHERE sequence=2 AND case_id=(SELECT max(case_id) FROM events)",
        "DELETE FROM checkpoints WHERE size=6", "UPDATE events SET recorded_at=recorded_at+1 WHERE sequence=1",
        "UPDATE events SET sequence=7 WHERE sequence=2", "UPDATE events SET body=x''",
        "INSERT INTO events SELECT case_id,9,kind,recorded_at,official,agency,body FROM events WHERE sequence=2",
        "INSERT INTO ledger SELECT 6,case_id,data FROM ledger WHERE idx=5"}) {
    run("BEGIN");
    run(change);
    run("COMMIT");
    EXPECT_FALSE(verified(folder.path()).wrong.empty()) << change;
    // Each starts from a whole store: put back what the others look at.
    sqlite3_close(handle);
    std::filesystem::remove_all(folder.path());
    std::filesystem::create_directories(folder.path());
    {
      const auto store = open_sqlite(folder.path(), test_options()).value();
      for (int i = 0; i < 3; ++i) {
        auto one = new_case(random);
        const auto row = *one.row;
        ASSERT_TRUE(store->commit(std::move(one)));
        ASSERT_TRUE(store->commit(next_event(row, "second")));
      }
    }
    ASSERT_EQ(sqlite3_open((folder.path() + "/remedium.db").c_str(), &handle), SQLITE_OK);
  }
  sqlite3_close(handle);
}

}  // namespace
}  // namespace remedium::store
