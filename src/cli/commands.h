// The verbs. Each adds its options to the command line and says what to run; the exit code is 0 done, 1 refused or
// found wrong, 2 usage.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "app/app.h"
#include "base/embedded.h"
#include "base/error.h"

namespace remedium {
[[nodiscard]] std::span<const base::EmbeddedFile> embedded_law();
}

namespace remedium::cli {

using Run = std::function<int()>;

void add_law(CLI::App& program, Run& run);
void add_serve(CLI::App& program, Run& run);
void add_ledger(CLI::App& program, Run& run);
void add_import(CLI::App& program, Run& run);

/// The law files: of `folder`, or those in the program where it is empty.
[[nodiscard]] base::Result<std::vector<app::LawFile>> law_files(const std::string& folder);
/// Says an error in words on standard error, or as JSON on standard output; gives 1.
int say(const base::Error& error, bool as_json);
/// Where an instance's key is kept unless --key-file says otherwise: in the user's configuration, never beside the
/// data.
[[nodiscard]] std::string default_key_file(const std::string& data_folder);

class SystemClock final : public base::Clock {
 public:
  [[nodiscard]] base::Instant now() const override;
  [[nodiscard]] std::int64_t monotonic_us() const override;
};

}  // namespace remedium::cli
