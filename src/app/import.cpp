#include "app/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>

#include "app/implementation.h"
#include "casework/decide.h"
#include "exchange/csv.h"
#include "exchange/ctdc.h"
#include "exchange/htcds.h"

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
    if (committed)
      ++imported_;
    else if (committed.error().code == "version_conflict")
      ++already_there_;
    else if (!error_)
      error_ = committed.error();
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
base::Status each_record(
    const OpenSource& open, std::uint16_t year, const ImportOptions& options, ImportReport& report,
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
  if (!layout)
    return base::invalid("file", "no_header", "The file is empty: it has no header.", "RFC 4180",
                         "Give the file as the publisher has it.");
  if (options.progress) options.progress(report.rows, unpacked.packed_bytes());
  return {};
}

base::CaseId id_of(std::uint64_t head, std::uint64_t line, base::ByteView record) {
  auto digest = crypto::sha256(base::bytes_of(fmt::format("ctdc\n{:x}\n{}\n{}", head, line, base::to_hex(record))));
  // The file and the line lead, so that the rows of one file lie side by side in the store's index: four times as quick
  // to write.
  const std::array<std::uint8_t, 6> lead = {
      static_cast<std::uint8_t>(head >> 8U),  static_cast<std::uint8_t>(head),
      static_cast<std::uint8_t>(line >> 24U), static_cast<std::uint8_t>(line >> 16U),
      static_cast<std::uint8_t>(line >> 8U),  static_cast<std::uint8_t>(line)};
  std::ranges::copy(lead, digest.begin());
  return *base::CaseId::from_bytes(base::ByteView(digest).first(base::CaseId::size));
}

std::string age_of(const exchange::AnonymousCase& record) {
  const bool minor = record.majority_at_exploitation == exchange::CtdcMajority::minor ||
                     record.age_band == exchange::CtdcAgeBand::a0_8 || record.age_band == exchange::CtdcAgeBand::a9_17;
  const bool known = record.majority_at_exploitation != exchange::CtdcMajority::not_recorded ||
                     record.age_band != exchange::CtdcAgeBand::not_recorded;
  return minor ? "child" : known ? "adult" : "not_sure";
}

}  // namespace

base::Result<ImportReport> import_ctdc(App& app, const OpenSource& open, const ImportOptions& options) {
  auto& self = app.implementation();
  const auto now = self.options.clock->now();
  const auto year = static_cast<std::uint16_t>(now.utc_date().parts().year);
  if (options.all_or_nothing) {
    ImportReport trial;
    TRY_STATUS(each_record(open, year, {}, trial, [](std::uint64_t, std::uint64_t, const exchange::AnonymousCase&) {
      return base::Status{};
    }));
    if (trial.faulty > 0) return trial;  // nothing was written
  }
  ImportReport report;
  Waiting waiting;
  const crypto::Key key(self.key->derive("remedium/v1/anonymous records"));
  auto status = each_record(
      open, year, options, report,
      [&](std::uint64_t head, std::uint64_t line, const exchange::AnonymousCase& record) -> base::Status {
        const auto bytes = exchange::encode(record);
        const auto id = id_of(head, line, bytes);
        store::Change change;
        change.case_id = id;
        store::StoredEvent event{id,
                                 1,
                                 "imported-records",
                                 now,
                                 {},
                                 {},
                                 crypto::seal(key, {id.bytes(), "anonymous record", 1}, bytes, *self.options.random)};
        ledger::Entry entry{.action = "import.ctdc",
                            .official = "system",
                            .case_id = id.str(),
                            .sequence = 1,
                            .digest = store::event_digest(event)};
        change.events.push_back(std::move(event));
        change.entries.push_back(std::move(entry));
        store::CaseRow row;
        row.id = id;
        row.version = 1;
        row.reference = "I-" + base::to_base32(id.bytes().subspan(0, 10));
        row.stage = "imported";
        row.age = age_of(record);
        row.origin = "imported";
        row.opened_on = now.utc_date();
        row.updated_at = now;
        change.row = std::move(row);
        waiting.one_more();
        self.store->submit(std::move(change), [&waiting](const base::Result<store::Committed>& committed) {
          waiting.answered(committed);
        });
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

namespace {

base::Result<Written> waited(const std::function<void(Done<Written>)>& start) {
  auto promise = std::make_shared<std::promise<base::Result<Written>>>();
  auto future = promise->get_future();
  start([promise](base::Result<Written> written) { promise->set_value(std::move(written)); });
  return future.get();
}

/// Reads the whole file once; `use` gets each record that reads, and says what is wrong with it.
base::Status each_htcds(App& app, const OpenSource& open, const ImportOptions& options, std::string_view jurisdiction,
                        ImportReport& report,
                        const std::function<base::Status(std::uint64_t head, const exchange::ImportedCase&)>& use) {
  TRY(const auto file, open());
  exchange::GzipSource unpacked(*file);
  TRY(const auto reader, exchange::HtcdsReader::open(unpacked, {.today = app.today(jurisdiction)}));
  exchange::ImportedCase record;
  std::vector<exchange::Fault> faults;
  for (;;) {
    faults.clear();
    record = {};
    TRY(const auto step, reader->next(record, faults));
    if (step == exchange::RowStep::end) break;
    ++report.rows;
    if (step == exchange::RowStep::row) {
      if (auto good = use(unpacked.head_digest(), record); !good) {
        if (good.error().kind == base::ErrorKind::unavailable) return good;
        faults.push_back(exchange::fault_of(record.line, good.error()));
      }
    }
    if (!faults.empty()) ++report.faulty;
    for (auto& fault : faults) keep_fault(report, std::move(fault));
    if (options.progress && report.rows % 50 == 0) options.progress(report.rows, unpacked.packed_bytes());
  }
  report.not_imported.assign(reader->not_imported().begin(), reader->not_imported().end());
  return {};
}

}  // namespace

base::Result<ImportReport> import_htcds(App& app, const Caller& caller, const OpenSource& open,
                                        const ImportOptions& options) {
  const auto* law = app.law(caller.jurisdiction);
  if (law == nullptr)
    return base::invalid("jurisdiction", "unknown_pack", "There is no law of this jurisdiction.", "law/",
                         "See `remedium law list`.");
  if (options.all_or_nothing) {
    ImportReport trial;
    TRY_STATUS(
        each_htcds(app, open, {}, caller.jurisdiction, trial, [&](std::uint64_t, const exchange::ImportedCase& record) {
          const casework::Context context{
              .today = app.today(caller.jurisdiction), .role = access::code(caller.role), .law = law};
          return casework::decide({}, record.records.front(), context);
        }));
    if (trial.faulty > 0) return trial;  // nothing was written
  }
  ImportReport report;
  TRY_STATUS(each_htcds(app, open, options, caller.jurisdiction, report,
                        [&](std::uint64_t head, const exchange::ImportedCase& record) -> base::Status {
                          const auto json = casework::to_json(record.records.front(), base::DataClasses::all());
                          WriteConditions conditions{.idempotency_key = fmt::format("htcds/{:x}/{}", head, record.line),
                                                     .request_digest = request_digest("IMPORT", "htcds", json),
                                                     .based_on = {}};
                          TRY(const auto opened, waited([&](Done<Written> done) {
                                app.open_case(caller, json, conditions, std::move(done));
                              }));
                          if (opened.replayed) {
                            ++report.already_there;
                            return {};
                          }
                          ++report.imported;
                          for (std::size_t i = 1; i < record.records.size(); ++i) {
                            const auto& act = record.records[i];
                            TRY([[maybe_unused]] const auto written, waited([&](Done<Written> done) {
                                  app.act(caller, opened.case_id, act.act().resource,
                                          casework::to_json(act, base::DataClasses::all()), {}, std::move(done));
                                }));
                          }
                          return {};
                        }));
  return report;
}

}  // namespace remedium::app
