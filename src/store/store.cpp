#include "store/store.h"

#include <sodium.h>

#include <future>

namespace remedium::store {

base::Result<Committed> Store::commit(Change change) {
  auto promise = std::make_shared<std::promise<base::Result<Committed>>>();
  auto future = promise->get_future();
  submit(std::move(change), [promise](base::Result<Committed> result) { promise->set_value(std::move(result)); });
  return future.get();
}

std::string event_digest(const StoredEvent& event) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  const auto add = [&](base::ByteView bytes) {
    // Each part behind its length, so that no two events have the same bytes.
    std::array<std::uint8_t, 8> length{};
    for (unsigned i = 0; i < 8; ++i) length[i] = static_cast<std::uint8_t>(std::uint64_t{bytes.size()} >> (8 * i));
    crypto_hash_sha256_update(&state, length.data(), length.size());
    crypto_hash_sha256_update(&state, bytes.data(), bytes.size());
  };
  const auto number = [&](std::uint64_t value) {
    std::array<std::uint8_t, 8> bytes{};
    for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
    add(bytes);
  };
  add(event.case_id.bytes());
  number(event.sequence);
  add(base::bytes_of(event.kind));
  number(static_cast<std::uint64_t>(event.recorded_at.microseconds));
  add(event.official.bytes());
  add(event.agency.bytes());
  add(event.body);
  std::array<std::uint8_t, 32> digest{};
  crypto_hash_sha256_final(&state, digest.data());
  return base::to_hex(digest);
}

}  // namespace remedium::store
