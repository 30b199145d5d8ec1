// What the store's tests share: changes made of a seed, a signer with a key of its own, a folder that goes away.
#pragma once

#include <sodium.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <string>

#include "base/random.h"
#include "ledger/checkpoint.h"
#include "store/store.h"

namespace remedium::store {

class Folder {
 public:
  Folder() {
    std::string pattern = std::filesystem::temp_directory_path() / "remedium-store-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct TestKey {
  TestKey() {
    const std::array<std::uint8_t, 32> seed{9};
    crypto_sign_seed_keypair(public_key.data(), secret.data(), seed.data());
  }
  [[nodiscard]] std::string note(std::uint64_t size, base::ByteView root, base::Instant at) const {
    ledger::Hash hash;
    std::ranges::copy(root, hash.begin());
    const auto text = ledger::checkpoint_text(size, hash, at);
    std::string signature(64, '\0');
    crypto_sign_detached(reinterpret_cast<std::uint8_t*>(signature.data()), nullptr,
                         reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), secret.data());
    return ledger::signed_note(text, signature, public_key);
  }
  std::array<std::uint8_t, 32> public_key;
  std::array<std::uint8_t, 64> secret;
};

inline Options test_options() {
  static const TestKey key;
  Options options;
  options.checkpoint_public_key = base::to_base64(key.public_key);
  options.signer = [](std::uint64_t size, base::ByteView root, base::Instant at) { return key.note(size, root, at); };
  options.now = [] {
    static std::atomic<std::int64_t> at = 1'714'560'000'000'000;
    return base::Instant{at += 1000};
  };
  return options;
}

inline base::Bytes bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

inline void add_event(Change& change, std::uint64_t sequence, base::Bytes body) {
  StoredEvent event{*change.case_id, sequence, "steps", {1'714'560'000'000'000}, {}, {}, std::move(body)};
  ledger::Entry entry{
      .action = "act.steps", .official = "system", .case_id = change.case_id->str(), .sequence = sequence};
  entry.digest = event_digest(event);
  change.events.push_back(std::move(event));
  change.entries.push_back(std::move(entry));
}

inline Change new_case(base::Random& random, const base::AgencyId& agency = {}) {
  Change change;
  change.case_id = base::CaseId::draw(random);
  add_event(change, 1, bytes("first contact"));
  CaseRow row;
  row.id = *change.case_id;
  row.version = 1;
  row.person = base::PersonId::draw(random);
  row.reference = row.id.str();
  row.jurisdiction = "gb";
  row.agency = agency;
  row.stage = "presumed";
  row.age = "adult";
  row.origin = "opened";
  row.opened_on = base::Date(20'000);
  row.updated_at = {1'714'560'000'000'000};
  row.snapshot = bytes("snapshot");
  change.row = std::move(row);
  return change;
}

/// The next event of a case whose row is `row`.
inline Change next_event(const CaseRow& row, std::string_view body) {
  Change change;
  change.case_id = row.id;
  change.based_on = row.version;
  add_event(change, row.version + 1, bytes(body));
  change.row = row;
  ++change.row->version;
  change.row->updated_at = {row.updated_at.microseconds + 1};
  return change;
}

}  // namespace remedium::store
