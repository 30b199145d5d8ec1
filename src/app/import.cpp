#include "app/import.h"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>

#include "app/implementation.h"
#include "exchange/csv.h"
#include "exchange/ctdc.h"

namespace remedium::app {

namespace {

constexpr std::size_t max_faults = 1000;
constexpr std::size_t max_waiting = 4000;

/// Counts what the store's writer has answered, and holds the reader back while too much waits.
class Waiting {
 public:
  void one_more() {
    std::unique_lock guard(mutex_);
    room_.wait(guard, [this] { return count_ < max_waiting; });
    ++count_;
  }
  void answered(const base::Result<store::Committed>& committed) {
    const std::lock_guard guard(mutex_);
    --count_;
    if (committed) ++imported_;
    else if (committed.error().code == "version_conflict") ++already_there_;
    else if (!error_) error_ = committed.error();
    room_.notify_all();
  }
  void all() {
    std::unique_lock guard(mutex_);
    room_.wait(guard, [this] { return count_ == 0; });
  }
  [[nodiscard]] std::optional<base::Error> error() {
    const std::lock_guard guard(mutex_);
    return error_;
  }
  [[nodiscard]] std::uint64_t imported() const { return imported_; }
  [[nodiscard]] std::uint64_t already_there() const { return already_there_; }

 private:
  std::mutex mutex_;
  std::condition_variable room_;
  std::size_t count_ = 0;
  std::uint64_t imported_ = 0;
  std::uint64_t already_there_ = 0;
  std::optional<base::Error> error_;
};

void keep_fault(ImportReport& report, exchange::Fault fault) {
  if (report.faults.size() < max_faults) report.faults.push_back(std::move(fault));
}

/// Reads the whole file once; `use` gets each good record. The report's rows and faults are this pass's.
base::Status each_record(const OpenSource& open, std::uint16_t year, const ImportOptions& options, ImportReport& report,
                         const std::function<base::Status(std::uint64_t head, std::uint64_t line, const exchange::AnonymousCase&)>& use) {
  TRY(const auto file, open());
  exchange::GzipSource unpacked(*file);
  exchange::CsvReader reader(unpacked);
  std::optional<exchange::CtdcLayout> layout;
  exchange::Row row;
  std::vector<exchange::Fault> faults;
  for (;;) {
    TRY(const auto step, reader.next(row));
    if (step == exchange::RowStep::end) break;
    if (step == exchange::RowStep::fault) {
      ++report.rows;
      ++report.faulty;
      keep_fault(report, reader.fault());
      continue;
    }
    if (!layout) {
      TRY(layout, exchange::CtdcLayout::of_header(row));
      report.not_imported.assign(layout->not_imported().begin(), layout->not_imported().end());
      continue;
    }
    ++report.rows;
    exchange::AnonymousCase record;
    faults.clear();
    if (!layout->read(row, year, record, faults)) {
      ++report.faulty;
      for (auto& fault : faults) keep_fault(report, std::move(fault));
      continue;
    }
    TRY_STATUS(use(unpacked.head_digest(), row.line, record));
    if (options.progress && report.rows % 5000 == 0) options.progress(report.rows, unpacked.packed_bytes());
  }
  if (!layout) return base::invalid("file", "no_header", "The file is empty: it has no header.", "RFC 4180", "Give the file as the publisher has it.");
  if (options.progress) options.progress(report.rows, unpacked.packed_bytes());
  return {};
}

base::CaseId id_of(std::uint64_t head, std::uint64_t line, base::ByteView record) {
  const auto digest = crypto::sha256(base::bytes_of(fmt::format("ctdc\n{:x}\n{}\n{}", head, line, base::to_hex(record))));
  return *base::CaseId::from_bytes(base::ByteView(digest).first(base::CaseId::size));
}

std::string age_of(const exchange::AnonymousCase& record) {
  const bool minor = record.majority_at_exploitation == exchange::CtdcMajority::minor || record.age_band == exchange::CtdcAgeBand::a0_8 || record.age_band == exchange::CtdcAgeBand::a9_17;
  const bool known = record.majority_at_exploitation != exchange::CtdcMajority::not_recorded || record.age_band != exchange::CtdcAgeBand::not_recorded;
  return minor ? "child" : known ? "adult" : "not_sure";
}

} // namespace

base::Result<ImportReport> import_ctdc(App& app, const OpenSource& open, const ImportOptions& options) {
  auto& self = app.implementation();
  const auto now = self.options.clock->now();
  const auto year = static_cast<std::uint16_t>(now.utc_date().parts().year);
  if (options.all_or_nothing) {
    ImportReport trial;
    TRY_STATUS(each_record(open, year, {}, trial, [](std::uint64_t, std::uint64_t, const exchange::AnonymousCase&) { return base::Status{}; }));
    if (trial.faulty > 0) return trial;  // nothing was written
  }
  ImportReport report;
  Waiting waiting;
  const crypto::Key key(self.key->derive("remedium/v1/anonymous records"));
  auto status = each_record(open, year, options, report, [&](std::uint64_t head, std::uint64_t line, const exchange::AnonymousCase& record) -> base::Status {
    const auto bytes = exchange::encode(record);
    const auto id = id_of(head, line, bytes);
    store::Change change;
    change.case_id = id;
    store::StoredEvent event{id, 1, "imported-records", now, {}, {}, crypto::seal(key, {id.bytes(), "anonymous record", 1}, bytes, *self.options.random)};
    ledger::Entry entry{.action = "import.ctdc", .official = "system", .case_id = id.str(), .sequence = 1, .digest = store::event_digest(event)};
    change.events.push_back(std::move(event));
    change.entries.push_back(std::move(entry));
    store::CaseRow row;
    row.id = id;
    row.version = 1;
    row.reference = spell_reference(id) + "-" + base::to_hex(id.bytes().subspan(8, 4));
    row.stage = "imported";
    row.age = age_of(record);
    row.origin = "imported";
    row.opened_on = now.utc_date();
    row.updated_at = now;
    change.row = std::move(row);
    waiting.one_more();
    self.store->submit(std::move(change), [&waiting](const base::Result<store::Committed>& committed) { waiting.answered(committed); });
    if (auto error = waiting.error()) return std::unexpected(*error);
    return {};
  });
  waiting.all();
  if (!status) return std::unexpected(status.error());
  if (auto error = waiting.error()) return std::unexpected(*error);
  report.imported = waiting.imported();
  report.already_there = waiting.already_there();
  return report;
}

} // namespace remedium::app
