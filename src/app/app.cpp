// Opening: law, keys, store, people; then the names, in the background.

#include "app/app.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/implementation.h"
#include "law/translation.h"
#include "ledger/checkpoint.h"

namespace remedium::app {

base::Bytes request_digest(std::string_view method, std::string_view path, std::string_view body) {
  const auto digest = crypto::sha256(
      base::bytes_of(fmt::format("{}:{}{}:{}{}:{}", method.size(), method, path.size(), path, body.size(), body)));
  return {digest.begin(), digest.end()};
}

App::App(std::unique_ptr<Implementation> implementation) : self_(std::move(implementation)) {}
App::~App() = default;

App::Implementation::~Implementation() {
  stopping = true;
  if (names_thread.joinable()) names_thread.join();
  // What coalesced reads stood for is said before the end.
  if (store) {
    store::Change change;
    for (const auto& [name, window] : reads) {
      if (window.further > 0)
        change.entries.push_back(
            {.action = "case.read.further", .official = "system", .reason = name, .count = window.further});
    }
    if (!change.entries.empty()) (void)store->commit(std::move(change));
  }
}

namespace {

/// "gb/ar.yaml" and "schema/facts.ar.yaml" hold a language; other files do not.
base::Status read_language(const LawFile& file, std::map<std::string, law::Texts, std::less<>>& translations) {
  const std::string_view path = file.path;
  const auto slash = path.find('/');
  if (slash == std::string_view::npos) return {};
  const auto folder = path.substr(0, slash);
  auto name = path.substr(slash + 1);
  const bool facts =
      folder == "schema" && name.starts_with("facts.") && name.size() > std::string_view("facts.yaml").size();
  if (facts) name.remove_prefix(std::string_view("facts.").size());
  if ((folder == "schema" && !facts) || !name.ends_with(".yaml") ||
      name.size() > std::string_view("zh-Hant.yaml").size() || name == "pack.yaml" || name == "tests.yaml")
    return {};
  return law::read_translation(file.text, path, facts ? std::string() : std::string(folder) + ".",
                               translations[std::string(name.substr(0, name.find('.')))]);
}

}  // namespace

bool same_secret(std::string_view a, std::string_view b) {
  return crypto::equal(base::bytes_of(a), base::bytes_of(b));
}

std::string App::draw_key() {
  return crypto::draw_token(*self_->options.random);
}

base::Result<std::unique_ptr<App>> App::open(Options options) {
  if (!crypto::initialise())
    return base::fail({base::ErrorKind::unavailable, "no_crypto", "libsodium cannot be used.", "SAFETY: Keys",
                       "Install it again.", ""});
  auto self = std::make_unique<Implementation>();
  self->options = std::move(options);

  // law
  std::vector<law::PackSource> packs;
  for (const auto& file : self->options.law) {
    if (file.path == "schema/facts.yaml") {
      TRY(self->schema, law::FactSchema::parse(file.text, file.path));
    } else if (file.path.ends_with("/pack.yaml")) {
      packs.push_back({file.path, file.text});
    }
    TRY_STATUS(read_language(file, self->translations));
  }
  if (!self->schema)
    return base::fail({base::ErrorKind::unavailable, "no_facts", "There is no schema/facts.yaml among the law files.",
                       "law/schema/README.md", "Give a complete --law folder.", "law"});
  for (const auto& pack : packs) {
    const auto name = pack.file_name.substr(0, pack.file_name.find('/'));
    TRY(auto compiled, law::LawSet::compile(*self->schema, packs, name));
    self->laws[name] = std::make_unique<law::LawSet>(std::move(compiled));
  }

  // keys and store
  if (self->options.directory.empty()) {
    return base::fail({base::ErrorKind::invalid_input, "no_folder", "There is no data folder.", "DESIGN: Storage",
                       "Give --data DIR.", "data"});
  }
  {
    const std::filesystem::path path(self->options.key_file);
    std::error_code ec;
    std::filesystem::create_directories(path.parent_path(), ec);
    // A key is made only for data that does not exist yet: a fresh key opens nothing.
    const bool fresh = !std::filesystem::exists(self->options.directory + "/remedium.db");
    TRY(self->key,
        crypto::InstanceKey::load(self->options.key_file, self->options.passphrase, fresh, *self->options.random));
  }
  self->hold_signer.emplace(self->key->signer("hold answers"));
  self->ledger_signer.emplace(self->key->signer("ledger checkpoints"));
  store::Options store_options;
  auto* raw = self.get();
  store_options.now = [raw] { return raw->options.clock->now(); };
  store_options.checkpoint_public_key = base::to_base64(self->ledger_signer->public_key());
  store_options.signer = [raw](std::uint64_t size, base::ByteView root, base::Instant at) {
    ledger::Hash hash;
    std::ranges::copy(root, hash.begin());
    const auto text = ledger::checkpoint_text(size, hash, at);
    return ledger::signed_note(text, raw->ledger_signer->sign(text), raw->ledger_signer->public_key());
  };
  TRY(self->store, store::open_sqlite(self->options.directory, std::move(store_options)));
  TRY_STATUS(self->load_people());
  self->names_thread = std::thread([raw] { raw->read_names(); });
  return std::unique_ptr<App>(new App(std::move(self)));
}

void App::Implementation::read_names() {
  (void)store->scan_cases([this](const store::CaseRow& row) {
    if (row.snapshot.empty() || row.person.is_nil()) return !stopping.load();
    const auto state = open_snapshot(row);
    if (state) index_name(row.id, *state);
    return !stopping.load();
  });
  names_ready = true;
}

void App::Implementation::index_name(const base::CaseId& id, const casework::State& state) {
  std::vector<std::string> held;
  if (!state.name().empty()) held.emplace_back(state.name());
  if (const auto* contact = state.last("first-contacts"); contact != nullptr && contact->record.has("other_names"))
    held.emplace_back(contact->record.text("other_names"));
  if (!held.empty()) names.put(id, held);
}

const law::LawSet* App::law(std::string_view pack) const {
  const auto found = self_->laws.find(pack);
  return found == self_->laws.end() ? nullptr : found->second.get();
}
std::vector<std::string> App::packs() const {
  std::vector<std::string> names;
  for (const auto& [name, law] : self_->laws) names.push_back(name);
  return names;
}
const law::FactSchema& App::facts() const {
  return *self_->schema;
}
std::string_view App::translated(std::string_view language, std::string_view id, std::string_view otherwise) const {
  const auto texts = self_->translations.find(language);
  if (texts == self_->translations.end()) return otherwise;
  const auto found = texts->second.find(id);
  return found == texts->second.end() ? otherwise : std::string_view(found->second);
}
store::Store& App::store() {
  return *self_->store;
}
base::Date App::today(std::string_view jurisdiction) const {
  return self_->today(jurisdiction);
}
std::string App::ledger_public_key() const {
  return base::to_base64(self_->ledger_signer->public_key());
}
std::string App::hold_public_key() const {
  return base::to_base64(self_->hold_signer->public_key());
}

base::Date App::Implementation::today(std::string_view) const {
  // The jurisdictions with packs lie within two hours of UTC; a pack's own zone comes with the next issue, and the
  // answer says the day.
  return options.clock->now().utc_date();
}

}  // namespace remedium::app
