// A thin, checked face of SQLite's C interface: one connection, prepared statements that are kept.
#pragma once

#include <sqlite3.h>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/bytes.h"
#include "base/error.h"
#include "base/id.h"

namespace remedium::store {

class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Values are bound in order; they must outlive the run.
  Statement& integer(std::int64_t value) { return checked(sqlite3_bind_int64(statement_, ++bound_, value)); }
  Statement& text(std::string_view value) {
    return checked(
        sqlite3_bind_text(statement_, ++bound_, value.data(), static_cast<int>(value.size()), SQLITE_STATIC));
  }
  Statement& blob(base::ByteView value) {
    // An empty blob is not NULL.
    return checked(sqlite3_bind_blob(statement_, ++bound_, value.empty() ? static_cast<const void*>("") : value.data(),
                                     static_cast<int>(value.size()), SQLITE_STATIC));
  }
  Statement& null() { return checked(sqlite3_bind_null(statement_, ++bound_)); }

  /// One row further: true while there is one. Anything but a row or the end is kept as `failed`.
  [[nodiscard]] bool step() {
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) failed_ = true;
    return code == SQLITE_ROW;
  }
  [[nodiscard]] bool failed() const { return failed_; }
  /// For a statement without rows: runs it and makes it ready again.
  [[nodiscard]] bool run() {
    while (step()) {
    }
    const bool good = !failed_;
    reset();
    return good;
  }
  void reset() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    bound_ = 0;
    failed_ = false;
  }

  [[nodiscard]] std::int64_t integer_at(int column) const { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] bool null_at(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  [[nodiscard]] std::string_view text_at(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return text == nullptr ? std::string_view{}
                           : std::string_view(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
  }
  [[nodiscard]] base::ByteView blob_at(int column) const {
    const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    return bytes == nullptr ? base::ByteView{}
                            : base::ByteView(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
  }
  template <class Id>
  [[nodiscard]] Id id_at(int column) const {
    return Id::from_bytes(blob_at(column)).value_or(Id{});
  }

 private:
  Statement& checked(int code) {
    if (code != SQLITE_OK) failed_ = true;
    return *this;
  }
  sqlite3_stmt* statement_;
  int bound_ = 0;
  bool failed_ = false;
};

/// Resets a kept statement when the reader is done with it.
class Use {
 public:
  explicit Use(Statement& statement) : statement_(statement) {}
  ~Use() { statement_.reset(); }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  Statement* operator->() { return &statement_; }
  Statement& operator*() { return statement_; }

 private:
  Statement& statement_;
};

class Database {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<Database>> open(const std::string& path, bool read_only);
  ~Database() {
    statements_.clear();
    sqlite3_close(handle_);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] bool execute(const char* sql) {
    return sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
  }
  /// The prepared form of `sql`, which must be a literal: it is kept by its address.
  [[nodiscard]] Statement& prepared(const char* sql);
  [[nodiscard]] std::string message() const { return sqlite3_errmsg(handle_); }
  [[nodiscard]] std::int64_t pragma(const char* sql) {
    Use statement(prepared(sql));
    return statement->step() ? statement->integer_at(0) : -1;
  }

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  sqlite3* handle_;
  std::unordered_map<const char*, std::unique_ptr<Statement>> statements_;
};

[[nodiscard]] std::unexpected<base::Error> store_failed(std::string_view what, std::string_view detail);

}  // namespace remedium::store
