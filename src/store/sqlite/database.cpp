#include "store/sqlite/database.h"

#include <fmt/format.h>

namespace remedium::store {

std::unexpected<base::Error> store_failed(std::string_view what, std::string_view detail) {
  return base::fail({base::ErrorKind::unavailable, "store_failed",
                     fmt::format("The store could not {}: {}.", what, detail), "SAFETY: promise 1",
                     "Nothing was acknowledged. Look at the disk, then start the program again.", ""});
}

base::Result<std::unique_ptr<Database>> Database::open(const std::string& path, bool read_only) {
  sqlite3* handle = nullptr;
  const int flags = (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Database> database(new Database(handle));
  if (code != SQLITE_OK) return store_failed("be opened", sqlite3_errstr(code));
  sqlite3_busy_timeout(handle, 10'000);
  return database;
}

Statement& Database::prepared(const char* sql) {
  auto& kept = statements_[sql];
  if (!kept) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
      fmt::print(stderr, "remedium: a statement does not compile ({}): {}\n", sqlite3_errmsg(handle_), sql);
    }
    kept = std::make_unique<Statement>(statement);
  }
  return *kept;
}

}  // namespace remedium::store
