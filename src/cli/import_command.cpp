// remedium import --format htcds|ctdc FILE

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "app/import.h"
#include "base/json.h"
#include "cli/commands.h"
#include "crypto/crypto.h"

namespace remedium::cli {

namespace {

class FileSource final : public exchange::ByteSource {
 public:
  explicit FileSource(std::FILE* file) : file_(file) {}
  ~FileSource() override {
    if (file_ != stdin) std::fclose(file_);
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  [[nodiscard]] base::Result<std::size_t> read(std::span<std::uint8_t> into) override {
    const auto size = std::fread(into.data(), 1, into.size(), file_);
    if (size == 0 && std::ferror(file_) != 0)
      return base::invalid("file", "cannot_read", "The file cannot be read to its end.", "",
                           "Look at the disk, then run the import again: it goes on.");
    return size;
  }

 private:
  std::FILE* file_;
};

struct Options {
  std::string data = "data";
  std::string key_file;
  std::string law;
  std::string format;
  std::string file;
  std::string official;
  std::string jurisdiction = "un";
  bool all_or_nothing = false;
  bool json = false;
};

/// Who answers for imported persons: the official named, or nobody yet; such cases wait for an agency to take them
/// over.
base::Result<app::Caller> caller_of(const app::App& app, const Options& options) {
  app::Caller caller{.role = access::Role::case_manager,
                     .purpose = access::Purpose::assist,
                     .agency_kind = access::AgencyKind::victim_services,
                     .name = "import",
                     .jurisdiction = options.jurisdiction};
  if (options.official.empty()) return caller;
  const auto id = base::OfficialId::parse(options.official);
  const auto* official = id ? app.official(*id) : nullptr;
  if (official == nullptr || official->role != access::Role::case_manager) {
    return base::invalid("official", "unknown_official", "There is no case manager of this id.", "SAFETY gate 4",
                         "Give the id of a case manager, or leave it out.");
  }
  caller.official = official->id;
  caller.agency = official->agency;
  for (const auto& agency : app.agencies()) {
    if (agency.id == official->agency) caller.jurisdiction = agency.jurisdiction;
  }
  return caller;
}

void say_report(const app::ImportReport& report, bool nothing_written, bool as_json) {
  if (as_json) {
    std::string out;
    base::JsonWriter json(out);
    json.begin_object()
        .field("rows", static_cast<std::int64_t>(report.rows))
        .field("imported", static_cast<std::int64_t>(report.imported))
        .field("already_there", static_cast<std::int64_t>(report.already_there))
        .field("faulty", static_cast<std::int64_t>(report.faulty))
        .key("not_imported")
        .begin_array();
    for (const auto& column : report.not_imported) json.string(column);
    json.end_array().key("faults").begin_array();
    for (const auto& fault : report.faults) {
      json.begin_object()
          .field("line", static_cast<std::int64_t>(fault.line))
          .field("column", fault.column)
          .field("code", fault.code)
          .field("message", fault.message)
          .field("next", fault.next)
          .end_object();
    }
    json.end_array().end_object();
    fmt::print("{}\n", out);
    return;
  }
  for (const auto& fault : report.faults)
    fmt::print("line {}{}{}: {} {}\n", fault.line, fault.column.empty() ? "" : ", ", fault.column, fault.message,
               fault.next);
  if (report.faulty > report.faults.size()) fmt::print("… and more; {} rows are at fault.\n", report.faulty);
  if (!report.not_imported.empty()) {
    fmt::print("columns left aside:");
    for (const auto& column : report.not_imported) fmt::print(" {}", column);
    fmt::print("\n");
  }
  if (nothing_written)
    fmt::print("{} rows read, {} at fault: nothing was written (--all-or-nothing)\n", report.rows, report.faulty);
  else
    fmt::print("{} rows read, {} imported, {} there already, {} at fault\n", report.rows, report.imported,
               report.already_there, report.faulty);
}

int import(const Options& options) {
  SystemClock clock;
  crypto::SystemRandom random;
  app::Options app_options;
  app_options.directory = options.data;
  app_options.key_file = options.key_file.empty() ? default_key_file(options.data) : options.key_file;
  if (const char* passphrase = std::getenv("REMEDIUM_PASSPHRASE"); passphrase != nullptr)
    app_options.passphrase = passphrase;
  auto law = law_files(options.law);
  if (!law) return say(law.error(), options.json);
  app_options.law = std::move(*law);
  app_options.clock = &clock;
  app_options.random = &random;
  if (options.file == "-" && options.all_or_nothing) {
    return say(base::invalid("file", "read_once", "Standard input is read once, and --all-or-nothing reads twice.", "",
                             "Save it to a file first.")
                   .error(),
               options.json);
  }
  std::error_code ec;
  const auto total = options.file == "-" ? 0 : std::filesystem::file_size(options.file, ec);
  if (ec)
    return say(base::invalid("file", "no_file", "The file cannot be read.", "", "Check its name.").error(),
               options.json);
  auto app = app::App::open(std::move(app_options));
  if (!app) return say(app.error(), options.json);
  const app::OpenSource open = [&]() -> base::Result<std::unique_ptr<exchange::ByteSource>> {
    std::FILE* file = options.file == "-" ? stdin : std::fopen(options.file.c_str(), "rb");
    if (file == nullptr) return base::invalid("file", "no_file", "The file cannot be read.", "", "Check its name.");
    return std::make_unique<FileSource>(file);
  };
  app::ImportOptions import_options{.all_or_nothing = options.all_or_nothing, .progress = {}};
  const bool terminal = isatty(STDERR_FILENO) != 0;
  import_options.progress = [&](std::uint64_t rows, std::uint64_t bytes) {
    if (!terminal) return;
    const int filled = total == 0 ? 0 : static_cast<int>(std::min<std::uint64_t>(bytes, total) * 40 / total);
    fmt::print(stderr, "\r[{:<40}] {} rows", std::string(static_cast<std::size_t>(filled), '#'), rows);
    std::fflush(stderr);
  };
  const auto report = [&]() -> base::Result<app::ImportReport> {
    if (options.format == "ctdc") return app::import_ctdc(**app, open, import_options);
    TRY(const auto caller, caller_of(**app, options));
    return app::import_htcds(**app, caller, open, import_options);
  }();
  if (terminal) std::fputs("\n", stderr);
  if (!report) return say(report.error(), options.json);
  const bool nothing_written = options.all_or_nothing && report->faulty > 0;
  say_report(*report, nothing_written, options.json);
  return report->faulty > 0 ? 1 : 0;
}

}  // namespace

void add_import(CLI::App& program, Run& run) {
  auto options = std::make_shared<Options>();
  auto* verb = program.add_subcommand("import", "Bring in records of another system");
  verb->add_option("--format", options->format, "htcds (workbook, CSV or JSON) or ctdc (CSV)")
      ->required()
      ->check(CLI::IsMember({"htcds", "ctdc"}));
  verb->add_option("--official", options->official, "Id of the case manager who answers for the persons (htcds)");
  verb->add_option("--jurisdiction", options->jurisdiction, "Law of the cases where no official is named (htcds)")
      ->capture_default_str();
  verb->add_option("--data", options->data, "Folder of the data")->capture_default_str();
  verb->add_option("--key-file", options->key_file, "File of the instance key");
  verb->add_option("--law", options->law, "Folder of law files");
  verb->add_flag("--all-or-nothing", options->all_or_nothing, "Write nothing where a row is at fault");
  verb->add_flag("--json", options->json, "JSON on standard output");
  verb->add_option("file", options->file, "CSV, .gz or not; - for standard input")->required();
  verb->callback([options, &run] { run = [options] { return import(*options); }; });
}

}  // namespace remedium::cli
