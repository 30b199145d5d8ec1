// remedium ledger verify | checkpoint: needs no secret, works while the server runs.

#include <fmt/format.h>

#include "base/json.h"
#include "cli/commands.h"
#include "store/store.h"

namespace remedium::cli {

namespace {

struct Options {
  std::string data = "data";
  std::string public_key;
  bool json = false;
};

base::Result<base::Bytes> key_of(const Options& options) {
  if (options.public_key.empty()) return store::read_public_key(options.data);
  auto key = base::from_base64(options.public_key);
  if (!key || key->size() != 32)
    return base::invalid("public-key", "bad_key", "This is not an Ed25519 public key.", "SAFETY: Ledger",
                         "Give 32 bytes in base64.");
  return std::move(*key);
}

int verify(const Options& options) {
  const auto key = key_of(options);
  if (!key) return say(key.error(), options.json);
  const auto report = store::verify_directory(options.data, *key);
  if (!report) return say(report.error(), options.json);
  const bool good = report->wrong.empty();
  if (options.json) {
    std::string out;
    base::JsonWriter json(out);
    json.begin_object()
        .field("verified", good)
        .field("entries", static_cast<std::int64_t>(report->entries))
        .field("events", static_cast<std::int64_t>(report->events))
        .field("checkpoints", static_cast<std::int64_t>(report->checkpoints))
        .key("wrong")
        .begin_array();
    for (const auto& sentence : report->wrong) json.string(sentence);
    json.end_array().end_object();
    fmt::print("{}\n", out);
  } else if (good) {
    fmt::print("verified: {} entries, {} events, {} checkpoints\n", report->entries, report->events,
               report->checkpoints);
  } else {
    for (const auto& sentence : report->wrong) fmt::print("WRONG: {}\n", sentence);
  }
  return good ? 0 : 1;
}

}  // namespace

void add_ledger(CLI::App& program, Run& run) {
  auto options = std::make_shared<Options>();
  auto* ledger = program.add_subcommand("ledger", "The journal: verify");
  ledger->require_subcommand(1);
  auto* verb = ledger->add_subcommand("verify", "Prove that the journal is whole and speaks of exactly what is stored");
  verb->add_option("--data", options->data, "Folder of the data")->capture_default_str();
  verb->add_option("--public-key", options->public_key,
                   "Ed25519 key in base64, from where you keep it (default: checkpoint.pub beside the data)");
  verb->add_flag("--json", options->json, "JSON on standard output");
  verb->callback([options, &run] { run = [options] { return verify(*options); }; });
}

}  // namespace remedium::cli
