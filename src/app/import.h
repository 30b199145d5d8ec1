// Bringing in records of other systems. CTDC records become anonymous cases: no person, no key of a person, nothing to
// find anybody by.
#pragma once

#include <functional>
#include <memory>

#include "app/app.h"
#include "exchange/source.h"

namespace remedium::app {

struct ImportOptions {
  bool all_or_nothing = false;  ///< read everything first, and write nothing where a row is at fault
  /// Called now and then with the rows read and the packed bytes taken from the file.
  std::function<void(std::uint64_t rows, std::uint64_t bytes)> progress;
};

struct ImportReport {
  std::uint64_t rows = 0;
  std::uint64_t imported = 0;
  std::uint64_t already_there = 0;  ///< by an earlier run of the same file, finished or not
  std::uint64_t faulty = 0;
  std::vector<exchange::Fault> faults;    ///< the first 1,000
  std::vector<std::string> not_imported;  ///< columns without a home
};

/// Opens the file from its beginning; called twice with `all_or_nothing`.
using OpenSource = std::function<base::Result<std::unique_ptr<exchange::ByteSource>>()>;

/// A row's id is a digest of the file's head, its line and its content: running the same file again adds nothing, and
/// an import that was cut short goes on where it stopped.
[[nodiscard]] base::Result<ImportReport> import_ctdc(App& app, const OpenSource& open, const ImportOptions& options);

/// HTCDS records become cases of persons, through the same acts as any other; `caller` answers for them. A record is
/// one write with a key made of the file's head and the line: running the file again adds nothing.
[[nodiscard]] base::Result<ImportReport> import_htcds(App& app, const Caller& caller, const OpenSource& open,
                                                      const ImportOptions& options);

}  // namespace remedium::app
